// Rules of this project for oxlint, beside those that it has.

/**
 * Objects on hot paths get no new property behind a spread: V8 of Node 20 adds each of them on a slow path (2 to 17 µs an object, where the
 * same property before the spread costs 0.02). `overriding` names properties that what is spread has already, which costs nothing.
 */
const spreadLast = {
  meta: { schema: [{ type: 'object', properties: { overriding: { type: 'array', items: { type: 'string' } } } }] },
  create(context) {
    const overriding = new Set(context.options[0]?.overriding ?? []);
    return {
      ObjectExpression({ properties }) {
        const spread = properties.findIndex(({ type }) => type === 'SpreadElement');
        if (spread === -1) return;
        for (const property of properties.slice(spread + 1)) {
          if (property.type === 'SpreadElement' || (!property.computed && overriding.has(property.key.name ?? property.key.value)))
            continue;
          const message =
            'A new property behind a spread is slow on a hot path. Put it before the spread, or write the members out; where it overrides a member, add its name to `overriding` in .oxlintrc.json.';
          context.report({ node: property, message });
        }
      },
    };
  },
};

// oxlint-disable-next-line import/no-default-export -- oxlint asks for it
export default { meta: { name: 'confledger' }, rules: { 'spread-last': spreadLast } };
