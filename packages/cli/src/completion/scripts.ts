// The scripts that make a shell ask this program what may follow.

export const SHELLS = ['bash', 'zsh', 'powershell'] as const;
export type Shell = (typeof SHELLS)[number];

/** By shell; each is sourced by its user. */
export const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# confledger completion for bash: source <(confledger completion bash)
_confledger() {
  local IFS=$'\\n'
  COMPREPLY=($("\${COMP_WORDS[0]}" __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f1))
}
complete -o default -F _confledger confledger
`,
  zsh: `#compdef confledger
# confledger completion for zsh: source <(confledger completion zsh)
_confledger() {
  local -a lines shown
  lines=("\${(@f)$("\${words[1]}" __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  local line
  for line in $lines; do
    [[ -n $line ]] && shown+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  (( \${#shown} )) && _describe confledger shown || _files
}
compdef _confledger confledger
`,
  powershell: `# confledger completion for PowerShell: confledger completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName confledger -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @($commandAst.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.ToString() })
  & confledger __complete @words "$wordToComplete" 2>$null | ForEach-Object {
    $value, $summary = $_ -split "\`t", 2
    [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $(if ($summary) { $summary } else { $value }))
  }
}
`,
};
