// Written by test/e2e/src/category-validators.spec.ts with CONFLEDGER_UPDATE_DUMPS=true. Not to be edited.
// @ts-nocheck
/* oxlint-disable */
var __getOwnPropNames = Object.getOwnPropertyNames;
var __commonJS = (cb, mod) => function() {
  try {
    return mod || (0, cb[__getOwnPropNames(cb)[0]])((mod = { exports: {} }).exports, mod), mod.exports;
  } catch (e) {
    throw mod = 0, e;
  }
};

var require_ucs2length = __commonJS({
  "ajv/dist/runtime/ucs2length.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: !0 });
    function ucs2length(str) {
      let len = str.length, length = 0, pos = 0, value;
      for (; pos < len; )
        length++, value = str.charCodeAt(pos++), value >= 55296 && value <= 56319 && pos < len && (value = str.charCodeAt(pos), (value & 64512) === 56320 && pos++);
      return length;
    }
    exports.default = ucs2length;
  }
});

var trader = validate0, schema0 = { type: "object", title: "Trader", description: "How orders are sent where nothing more exact says otherwise.", "x-label": "Trader", properties: { mode: { type: "string", title: "Mode", description: "Whether orders are simulated (`paper`) or sent to the market (`live`).", "x-label": "Mode", enum: ["paper", "live"] }, defaultSlippageBps: { type: "integer", title: "Default slippage", description: "How far the price of a fill may lie from the quoted one, for tokens without a slippage of their own.", "x-label": "Default slippage", "x-unit": "bps", minimum: 1, maximum: 1e3 }, defaultPriorityFee: { type: "integer", title: "Default priority fee", description: "Paid for each transaction whose fee nothing else decides.", "x-label": "Default priority fee", "x-unit": "lamports", minimum: 0, maximum: 1e6 } }, additionalProperties: !1 }, func0 = Object.prototype.hasOwnProperty;
function validate0(data, { instancePath = "", parentData, parentDataProperty, rootData = data, dynamicAnchors = {} } = {}) {
  let vErrors = null, errors = 0, evaluated0 = validate0.evaluated;
  if (evaluated0.dynamicProps && (evaluated0.props = void 0), evaluated0.dynamicItems && (evaluated0.items = void 0), data && typeof data == "object" && !Array.isArray(data)) {
    for (let key0 of Object.keys(data))
      if (!(key0 === "mode" || key0 === "defaultSlippageBps" || key0 === "defaultPriorityFee")) {
        let err0 = { instancePath, schemaPath: "#/additionalProperties", keyword: "additionalProperties", params: { additionalProperty: key0 } };
        vErrors === null ? vErrors = [err0] : vErrors.push(err0), errors++;
      }
    if (data.mode !== void 0 && func0.call(data, "mode")) {
      let data0 = data.mode;
      if (typeof data0 != "string") {
        let err1 = { instancePath: instancePath + "/mode", schemaPath: "#/properties/mode/type", keyword: "type", params: { type: "string" } };
        vErrors === null ? vErrors = [err1] : vErrors.push(err1), errors++;
      }
      if (!(data0 === "paper" || data0 === "live")) {
        let err2 = { instancePath: instancePath + "/mode", schemaPath: "#/properties/mode/enum", keyword: "enum", params: { allowedValues: schema0.properties.mode.enum } };
        vErrors === null ? vErrors = [err2] : vErrors.push(err2), errors++;
      }
    }
    if (data.defaultSlippageBps !== void 0 && func0.call(data, "defaultSlippageBps")) {
      let data1 = data.defaultSlippageBps;
      if (!(typeof data1 == "number" && !(data1 % 1) && !isNaN(data1) && isFinite(data1))) {
        let err3 = { instancePath: instancePath + "/defaultSlippageBps", schemaPath: "#/properties/defaultSlippageBps/type", keyword: "type", params: { type: "integer" } };
        vErrors === null ? vErrors = [err3] : vErrors.push(err3), errors++;
      }
      if (typeof data1 == "number" && isFinite(data1)) {
        if (data1 > 1e3 || isNaN(data1)) {
          let err4 = { instancePath: instancePath + "/defaultSlippageBps", schemaPath: "#/properties/defaultSlippageBps/maximum", keyword: "maximum", params: { comparison: "<=", limit: 1e3 } };
          vErrors === null ? vErrors = [err4] : vErrors.push(err4), errors++;
        }
        if (data1 < 1 || isNaN(data1)) {
          let err5 = { instancePath: instancePath + "/defaultSlippageBps", schemaPath: "#/properties/defaultSlippageBps/minimum", keyword: "minimum", params: { comparison: ">=", limit: 1 } };
          vErrors === null ? vErrors = [err5] : vErrors.push(err5), errors++;
        }
      }
    }
    if (data.defaultPriorityFee !== void 0 && func0.call(data, "defaultPriorityFee")) {
      let data2 = data.defaultPriorityFee;
      if (!(typeof data2 == "number" && !(data2 % 1) && !isNaN(data2) && isFinite(data2))) {
        let err6 = { instancePath: instancePath + "/defaultPriorityFee", schemaPath: "#/properties/defaultPriorityFee/type", keyword: "type", params: { type: "integer" } };
        vErrors === null ? vErrors = [err6] : vErrors.push(err6), errors++;
      }
      if (typeof data2 == "number" && isFinite(data2)) {
        if (data2 > 1e6 || isNaN(data2)) {
          let err7 = { instancePath: instancePath + "/defaultPriorityFee", schemaPath: "#/properties/defaultPriorityFee/maximum", keyword: "maximum", params: { comparison: "<=", limit: 1e6 } };
          vErrors === null ? vErrors = [err7] : vErrors.push(err7), errors++;
        }
        if (data2 < 0 || isNaN(data2)) {
          let err8 = { instancePath: instancePath + "/defaultPriorityFee", schemaPath: "#/properties/defaultPriorityFee/minimum", keyword: "minimum", params: { comparison: ">=", limit: 0 } };
          vErrors === null ? vErrors = [err8] : vErrors.push(err8), errors++;
        }
      }
    }
  } else {
    let err9 = { instancePath, schemaPath: "#/type", keyword: "type", params: { type: "object" } };
    vErrors === null ? vErrors = [err9] : vErrors.push(err9), errors++;
  }
  return validate0.errors = vErrors, errors === 0;
}
validate0.evaluated = { props: !0, dynamicProps: !1, dynamicItems: !1 };
var risk = validate1;
function validate1(data, { instancePath = "", parentData, parentDataProperty, rootData = data, dynamicAnchors = {} } = {}) {
  let vErrors = null, errors = 0, evaluated0 = validate1.evaluated;
  if (evaluated0.dynamicProps && (evaluated0.props = void 0), evaluated0.dynamicItems && (evaluated0.items = void 0), data && typeof data == "object" && !Array.isArray(data)) {
    if (data.maxPositionSize === void 0 || !func0.call(data, "maxPositionSize")) {
      let err0 = { instancePath, schemaPath: "#/required", keyword: "required", params: { missingProperty: "maxPositionSize" } };
      vErrors === null ? vErrors = [err0] : vErrors.push(err0), errors++;
    }
    if (data.dailyLossLimit === void 0 || !func0.call(data, "dailyLossLimit")) {
      let err1 = { instancePath, schemaPath: "#/required", keyword: "required", params: { missingProperty: "dailyLossLimit" } };
      vErrors === null ? vErrors = [err1] : vErrors.push(err1), errors++;
    }
    for (let key0 of Object.keys(data))
      if (!(key0 === "maxPositionSize" || key0 === "maxPositions" || key0 === "dailyLossLimit" || key0 === "maxExposurePerToken" || key0 === "stopLossPercentage" || key0 === "takeProfitPercentage")) {
        let err2 = { instancePath, schemaPath: "#/additionalProperties", keyword: "additionalProperties", params: { additionalProperty: key0 } };
        vErrors === null ? vErrors = [err2] : vErrors.push(err2), errors++;
      }
    if (data.maxPositionSize !== void 0 && func0.call(data, "maxPositionSize")) {
      let data0 = data.maxPositionSize;
      if (typeof data0 == "number" && isFinite(data0)) {
        if (data0 < 0 || isNaN(data0)) {
          let err3 = { instancePath: instancePath + "/maxPositionSize", schemaPath: "#/properties/maxPositionSize/minimum", keyword: "minimum", params: { comparison: ">=", limit: 0 } };
          vErrors === null ? vErrors = [err3] : vErrors.push(err3), errors++;
        }
      } else {
        let err4 = { instancePath: instancePath + "/maxPositionSize", schemaPath: "#/properties/maxPositionSize/type", keyword: "type", params: { type: "number" } };
        vErrors === null ? vErrors = [err4] : vErrors.push(err4), errors++;
      }
    }
    if (data.maxPositions !== void 0 && func0.call(data, "maxPositions")) {
      let data1 = data.maxPositions;
      if (!(typeof data1 == "number" && !(data1 % 1) && !isNaN(data1) && isFinite(data1))) {
        let err5 = { instancePath: instancePath + "/maxPositions", schemaPath: "#/properties/maxPositions/type", keyword: "type", params: { type: "integer" } };
        vErrors === null ? vErrors = [err5] : vErrors.push(err5), errors++;
      }
      if (typeof data1 == "number" && isFinite(data1)) {
        if (data1 > 100 || isNaN(data1)) {
          let err6 = { instancePath: instancePath + "/maxPositions", schemaPath: "#/properties/maxPositions/maximum", keyword: "maximum", params: { comparison: "<=", limit: 100 } };
          vErrors === null ? vErrors = [err6] : vErrors.push(err6), errors++;
        }
        if (data1 < 1 || isNaN(data1)) {
          let err7 = { instancePath: instancePath + "/maxPositions", schemaPath: "#/properties/maxPositions/minimum", keyword: "minimum", params: { comparison: ">=", limit: 1 } };
          vErrors === null ? vErrors = [err7] : vErrors.push(err7), errors++;
        }
      }
    }
    if (data.dailyLossLimit !== void 0 && func0.call(data, "dailyLossLimit")) {
      let data2 = data.dailyLossLimit;
      if (typeof data2 == "number" && isFinite(data2)) {
        if (data2 < 0 || isNaN(data2)) {
          let err8 = { instancePath: instancePath + "/dailyLossLimit", schemaPath: "#/properties/dailyLossLimit/minimum", keyword: "minimum", params: { comparison: ">=", limit: 0 } };
          vErrors === null ? vErrors = [err8] : vErrors.push(err8), errors++;
        }
      } else {
        let err9 = { instancePath: instancePath + "/dailyLossLimit", schemaPath: "#/properties/dailyLossLimit/type", keyword: "type", params: { type: "number" } };
        vErrors === null ? vErrors = [err9] : vErrors.push(err9), errors++;
      }
    }
    if (data.maxExposurePerToken !== void 0 && func0.call(data, "maxExposurePerToken")) {
      let data3 = data.maxExposurePerToken;
      if (typeof data3 == "number" && isFinite(data3)) {
        if (data3 > 1 || isNaN(data3)) {
          let err10 = { instancePath: instancePath + "/maxExposurePerToken", schemaPath: "#/properties/maxExposurePerToken/maximum", keyword: "maximum", params: { comparison: "<=", limit: 1 } };
          vErrors === null ? vErrors = [err10] : vErrors.push(err10), errors++;
        }
        if (data3 < 0 || isNaN(data3)) {
          let err11 = { instancePath: instancePath + "/maxExposurePerToken", schemaPath: "#/properties/maxExposurePerToken/minimum", keyword: "minimum", params: { comparison: ">=", limit: 0 } };
          vErrors === null ? vErrors = [err11] : vErrors.push(err11), errors++;
        }
      } else {
        let err12 = { instancePath: instancePath + "/maxExposurePerToken", schemaPath: "#/properties/maxExposurePerToken/type", keyword: "type", params: { type: "number" } };
        vErrors === null ? vErrors = [err12] : vErrors.push(err12), errors++;
      }
    }
    if (data.stopLossPercentage !== void 0 && func0.call(data, "stopLossPercentage")) {
      let data4 = data.stopLossPercentage;
      if (typeof data4 == "number" && isFinite(data4)) {
        if (data4 > 100 || isNaN(data4)) {
          let err13 = { instancePath: instancePath + "/stopLossPercentage", schemaPath: "#/properties/stopLossPercentage/maximum", keyword: "maximum", params: { comparison: "<=", limit: 100 } };
          vErrors === null ? vErrors = [err13] : vErrors.push(err13), errors++;
        }
        if (data4 < 0 || isNaN(data4)) {
          let err14 = { instancePath: instancePath + "/stopLossPercentage", schemaPath: "#/properties/stopLossPercentage/minimum", keyword: "minimum", params: { comparison: ">=", limit: 0 } };
          vErrors === null ? vErrors = [err14] : vErrors.push(err14), errors++;
        }
      } else {
        let err15 = { instancePath: instancePath + "/stopLossPercentage", schemaPath: "#/properties/stopLossPercentage/type", keyword: "type", params: { type: "number" } };
        vErrors === null ? vErrors = [err15] : vErrors.push(err15), errors++;
      }
    }
    if (data.takeProfitPercentage !== void 0 && func0.call(data, "takeProfitPercentage")) {
      let data5 = data.takeProfitPercentage;
      if (typeof data5 == "number" && isFinite(data5)) {
        if (data5 > 100 || isNaN(data5)) {
          let err16 = { instancePath: instancePath + "/takeProfitPercentage", schemaPath: "#/properties/takeProfitPercentage/maximum", keyword: "maximum", params: { comparison: "<=", limit: 100 } };
          vErrors === null ? vErrors = [err16] : vErrors.push(err16), errors++;
        }
        if (data5 < 0 || isNaN(data5)) {
          let err17 = { instancePath: instancePath + "/takeProfitPercentage", schemaPath: "#/properties/takeProfitPercentage/minimum", keyword: "minimum", params: { comparison: ">=", limit: 0 } };
          vErrors === null ? vErrors = [err17] : vErrors.push(err17), errors++;
        }
      } else {
        let err18 = { instancePath: instancePath + "/takeProfitPercentage", schemaPath: "#/properties/takeProfitPercentage/type", keyword: "type", params: { type: "number" } };
        vErrors === null ? vErrors = [err18] : vErrors.push(err18), errors++;
      }
    }
  } else {
    let err19 = { instancePath, schemaPath: "#/type", keyword: "type", params: { type: "object" } };
    vErrors === null ? vErrors = [err19] : vErrors.push(err19), errors++;
  }
  return validate1.errors = vErrors, errors === 0;
}
validate1.evaluated = { props: !0, dynamicProps: !1, dynamicItems: !1 };
var mev = validate2;
function validate2(data, { instancePath = "", parentData, parentDataProperty, rootData = data, dynamicAnchors = {} } = {}) {
  let vErrors = null, errors = 0, evaluated0 = validate2.evaluated;
  if (evaluated0.dynamicProps && (evaluated0.props = void 0), evaluated0.dynamicItems && (evaluated0.items = void 0), data && typeof data == "object" && !Array.isArray(data)) {
    if (data.minPriorityFee === void 0 || !func0.call(data, "minPriorityFee")) {
      let err0 = { instancePath, schemaPath: "#/required", keyword: "required", params: { missingProperty: "minPriorityFee" } };
      vErrors === null ? vErrors = [err0] : vErrors.push(err0), errors++;
    }
    if (data.maxPriorityFee === void 0 || !func0.call(data, "maxPriorityFee")) {
      let err1 = { instancePath, schemaPath: "#/required", keyword: "required", params: { missingProperty: "maxPriorityFee" } };
      vErrors === null ? vErrors = [err1] : vErrors.push(err1), errors++;
    }
    for (let key0 of Object.keys(data))
      if (!(key0 === "minPriorityFee" || key0 === "maxPriorityFee" || key0 === "dynamicFeeEnabled" || key0 === "sandwichProtectionEnabled" || key0 === "timeoutMs" || key0 === "wrapSolEnabled" || key0 === "useSharedAccounts")) {
        let err2 = { instancePath, schemaPath: "#/additionalProperties", keyword: "additionalProperties", params: { additionalProperty: key0 } };
        vErrors === null ? vErrors = [err2] : vErrors.push(err2), errors++;
      }
    if (data.minPriorityFee !== void 0 && func0.call(data, "minPriorityFee")) {
      let data0 = data.minPriorityFee;
      if (!(typeof data0 == "number" && !(data0 % 1) && !isNaN(data0) && isFinite(data0))) {
        let err3 = { instancePath: instancePath + "/minPriorityFee", schemaPath: "#/properties/minPriorityFee/type", keyword: "type", params: { type: "integer" } };
        vErrors === null ? vErrors = [err3] : vErrors.push(err3), errors++;
      }
      if (typeof data0 == "number" && isFinite(data0)) {
        if (data0 > 1e5 || isNaN(data0)) {
          let err4 = { instancePath: instancePath + "/minPriorityFee", schemaPath: "#/properties/minPriorityFee/maximum", keyword: "maximum", params: { comparison: "<=", limit: 1e5 } };
          vErrors === null ? vErrors = [err4] : vErrors.push(err4), errors++;
        }
        if (data0 < 1e3 || isNaN(data0)) {
          let err5 = { instancePath: instancePath + "/minPriorityFee", schemaPath: "#/properties/minPriorityFee/minimum", keyword: "minimum", params: { comparison: ">=", limit: 1e3 } };
          vErrors === null ? vErrors = [err5] : vErrors.push(err5), errors++;
        }
      }
    }
    if (data.maxPriorityFee !== void 0 && func0.call(data, "maxPriorityFee")) {
      let data1 = data.maxPriorityFee;
      if (!(typeof data1 == "number" && !(data1 % 1) && !isNaN(data1) && isFinite(data1))) {
        let err6 = { instancePath: instancePath + "/maxPriorityFee", schemaPath: "#/properties/maxPriorityFee/type", keyword: "type", params: { type: "integer" } };
        vErrors === null ? vErrors = [err6] : vErrors.push(err6), errors++;
      }
      if (typeof data1 == "number" && isFinite(data1)) {
        let vSchema0 = data && data.minPriorityFee;
        if (vSchema0 !== void 0 && (!(typeof vSchema0 == "number" && isFinite(vSchema0)) || data1 < vSchema0 || isNaN(data1))) {
          let err7 = { instancePath: instancePath + "/maxPriorityFee", schemaPath: "#/properties/maxPriorityFee/allOf/0/minimum", keyword: "minimum", params: { comparison: ">=", limit: vSchema0 } };
          vErrors === null ? vErrors = [err7] : vErrors.push(err7), errors++;
        }
      }
      if (typeof data1 == "number" && isFinite(data1)) {
        if (data1 > 1e6 || isNaN(data1)) {
          let err8 = { instancePath: instancePath + "/maxPriorityFee", schemaPath: "#/properties/maxPriorityFee/maximum", keyword: "maximum", params: { comparison: "<=", limit: 1e6 } };
          vErrors === null ? vErrors = [err8] : vErrors.push(err8), errors++;
        }
        if (data1 < 1e3 || isNaN(data1)) {
          let err9 = { instancePath: instancePath + "/maxPriorityFee", schemaPath: "#/properties/maxPriorityFee/minimum", keyword: "minimum", params: { comparison: ">=", limit: 1e3 } };
          vErrors === null ? vErrors = [err9] : vErrors.push(err9), errors++;
        }
      }
    }
    if (data.dynamicFeeEnabled !== void 0 && func0.call(data, "dynamicFeeEnabled") && typeof data.dynamicFeeEnabled != "boolean") {
      let err10 = { instancePath: instancePath + "/dynamicFeeEnabled", schemaPath: "#/properties/dynamicFeeEnabled/type", keyword: "type", params: { type: "boolean" } };
      vErrors === null ? vErrors = [err10] : vErrors.push(err10), errors++;
    }
    if (data.sandwichProtectionEnabled !== void 0 && func0.call(data, "sandwichProtectionEnabled") && typeof data.sandwichProtectionEnabled != "boolean") {
      let err11 = { instancePath: instancePath + "/sandwichProtectionEnabled", schemaPath: "#/properties/sandwichProtectionEnabled/type", keyword: "type", params: { type: "boolean" } };
      vErrors === null ? vErrors = [err11] : vErrors.push(err11), errors++;
    }
    if (data.timeoutMs !== void 0 && func0.call(data, "timeoutMs")) {
      let data4 = data.timeoutMs;
      if (!(typeof data4 == "number" && !(data4 % 1) && !isNaN(data4) && isFinite(data4))) {
        let err12 = { instancePath: instancePath + "/timeoutMs", schemaPath: "#/properties/timeoutMs/type", keyword: "type", params: { type: "integer" } };
        vErrors === null ? vErrors = [err12] : vErrors.push(err12), errors++;
      }
      if (typeof data4 == "number" && isFinite(data4)) {
        if (data4 > 5e3 || isNaN(data4)) {
          let err13 = { instancePath: instancePath + "/timeoutMs", schemaPath: "#/properties/timeoutMs/maximum", keyword: "maximum", params: { comparison: "<=", limit: 5e3 } };
          vErrors === null ? vErrors = [err13] : vErrors.push(err13), errors++;
        }
        if (data4 < 100 || isNaN(data4)) {
          let err14 = { instancePath: instancePath + "/timeoutMs", schemaPath: "#/properties/timeoutMs/minimum", keyword: "minimum", params: { comparison: ">=", limit: 100 } };
          vErrors === null ? vErrors = [err14] : vErrors.push(err14), errors++;
        }
      }
    }
    if (data.wrapSolEnabled !== void 0 && func0.call(data, "wrapSolEnabled") && typeof data.wrapSolEnabled != "boolean") {
      let err15 = { instancePath: instancePath + "/wrapSolEnabled", schemaPath: "#/properties/wrapSolEnabled/type", keyword: "type", params: { type: "boolean" } };
      vErrors === null ? vErrors = [err15] : vErrors.push(err15), errors++;
    }
    if (data.useSharedAccounts !== void 0 && func0.call(data, "useSharedAccounts") && typeof data.useSharedAccounts != "boolean") {
      let err16 = { instancePath: instancePath + "/useSharedAccounts", schemaPath: "#/properties/useSharedAccounts/type", keyword: "type", params: { type: "boolean" } };
      vErrors === null ? vErrors = [err16] : vErrors.push(err16), errors++;
    }
  } else {
    let err17 = { instancePath, schemaPath: "#/type", keyword: "type", params: { type: "object" } };
    vErrors === null ? vErrors = [err17] : vErrors.push(err17), errors++;
  }
  return validate2.errors = vErrors, errors === 0;
}
validate2.evaluated = { props: !0, dynamicProps: !1, dynamicItems: !1 };
var token = validate3, schema3 = { type: "object", title: "Token", description: "A token that is traded. It stands at its address.", "x-label": "Token", properties: { address: { type: "string", title: "Address", description: "The address of the mint, in base58. It equals the name that the token stands at.", "x-label": "Address", minLength: 32, maxLength: 44, pattern: "^[1-9A-HJ-NP-Za-km-z]*$", "x-equalsKey": !0 }, symbol: { type: "string", title: "Symbol", description: "The short name that people know.", "x-label": "Symbol", minLength: 1, maxLength: 10 }, decimals: { type: "integer", title: "Decimals", description: "How many digits behind the point an amount of the token has.", "x-label": "Decimals", "x-unit": "digits", minimum: 0, maximum: 18 }, customSlippageBps: { type: "integer", title: "Custom slippage", description: "Takes the place of the default slippage for this token.", "x-label": "Custom slippage", "x-unit": "bps", minimum: 1, maximum: 1e3 }, transferFeeEnabled: { type: "boolean", title: "Transfer fee", description: "Whether the token takes a fee from each transfer.", "x-label": "Transfer fee" }, transferFeeBps: { type: "integer", title: "Transfer fee rate", description: "The fee that the token takes from each transfer.", "x-label": "Transfer fee rate", "x-unit": "bps", minimum: 0, maximum: 1e4 }, extensions: { type: "object", title: "Extensions", description: "Anything else that a service wants to know of the token.", "x-label": "Extensions", additionalProperties: !0 }, minOrderSize: { type: "number", title: "Minimum order size", description: "The smallest amount that is ordered.", "x-label": "Minimum order size", "x-unit": "tokens", minimum: 0 }, maxOrderSize: { type: "number", title: "Maximum order size", description: "The largest amount that is ordered at once. It is not below the minimum order size.", "x-label": "Maximum order size", "x-unit": "tokens", minimum: 0, allOf: [{ minimum: { $data: "1/minOrderSize" } }] } }, additionalProperties: !1, required: ["address", "symbol", "decimals"] }, func25 = require_ucs2length().default, pattern0 = new RegExp("^[1-9A-HJ-NP-Za-km-z]*$", "u");
function validate3(data, { instancePath = "", parentData, parentDataProperty, rootData = data, dynamicAnchors = {} } = {}) {
  let vErrors = null, errors = 0, evaluated0 = validate3.evaluated;
  if (evaluated0.dynamicProps && (evaluated0.props = void 0), evaluated0.dynamicItems && (evaluated0.items = void 0), data && typeof data == "object" && !Array.isArray(data)) {
    if (data.address === void 0 || !func0.call(data, "address")) {
      let err0 = { instancePath, schemaPath: "#/required", keyword: "required", params: { missingProperty: "address" } };
      vErrors === null ? vErrors = [err0] : vErrors.push(err0), errors++;
    }
    if (data.symbol === void 0 || !func0.call(data, "symbol")) {
      let err1 = { instancePath, schemaPath: "#/required", keyword: "required", params: { missingProperty: "symbol" } };
      vErrors === null ? vErrors = [err1] : vErrors.push(err1), errors++;
    }
    if (data.decimals === void 0 || !func0.call(data, "decimals")) {
      let err2 = { instancePath, schemaPath: "#/required", keyword: "required", params: { missingProperty: "decimals" } };
      vErrors === null ? vErrors = [err2] : vErrors.push(err2), errors++;
    }
    for (let key0 of Object.keys(data))
      if (!func0.call(schema3.properties, key0)) {
        let err3 = { instancePath, schemaPath: "#/additionalProperties", keyword: "additionalProperties", params: { additionalProperty: key0 } };
        vErrors === null ? vErrors = [err3] : vErrors.push(err3), errors++;
      }
    if (data.address !== void 0 && func0.call(data, "address")) {
      let data0 = data.address;
      if (typeof data0 == "string") {
        if (func25(data0) > 44) {
          let err4 = { instancePath: instancePath + "/address", schemaPath: "#/properties/address/maxLength", keyword: "maxLength", params: { limit: 44 } };
          vErrors === null ? vErrors = [err4] : vErrors.push(err4), errors++;
        }
        if (func25(data0) < 32) {
          let err5 = { instancePath: instancePath + "/address", schemaPath: "#/properties/address/minLength", keyword: "minLength", params: { limit: 32 } };
          vErrors === null ? vErrors = [err5] : vErrors.push(err5), errors++;
        }
        if (!pattern0.test(data0)) {
          let err6 = { instancePath: instancePath + "/address", schemaPath: "#/properties/address/pattern", keyword: "pattern", params: { pattern: "^[1-9A-HJ-NP-Za-km-z]*$" } };
          vErrors === null ? vErrors = [err6] : vErrors.push(err6), errors++;
        }
        if (data0 !== parentDataProperty) {
          let err7 = { instancePath: instancePath + "/address", schemaPath: "#/properties/address/x-equalsKey", keyword: "x-equalsKey", params: {} };
          vErrors === null ? vErrors = [err7] : vErrors.push(err7), errors++;
        }
      } else {
        let err8 = { instancePath: instancePath + "/address", schemaPath: "#/properties/address/type", keyword: "type", params: { type: "string" } };
        vErrors === null ? vErrors = [err8] : vErrors.push(err8), errors++;
      }
    }
    if (data.symbol !== void 0 && func0.call(data, "symbol")) {
      let data1 = data.symbol;
      if (typeof data1 == "string") {
        if (func25(data1) > 10) {
          let err9 = { instancePath: instancePath + "/symbol", schemaPath: "#/properties/symbol/maxLength", keyword: "maxLength", params: { limit: 10 } };
          vErrors === null ? vErrors = [err9] : vErrors.push(err9), errors++;
        }
        if (func25(data1) < 1) {
          let err10 = { instancePath: instancePath + "/symbol", schemaPath: "#/properties/symbol/minLength", keyword: "minLength", params: { limit: 1 } };
          vErrors === null ? vErrors = [err10] : vErrors.push(err10), errors++;
        }
      } else {
        let err11 = { instancePath: instancePath + "/symbol", schemaPath: "#/properties/symbol/type", keyword: "type", params: { type: "string" } };
        vErrors === null ? vErrors = [err11] : vErrors.push(err11), errors++;
      }
    }
    if (data.decimals !== void 0 && func0.call(data, "decimals")) {
      let data2 = data.decimals;
      if (!(typeof data2 == "number" && !(data2 % 1) && !isNaN(data2) && isFinite(data2))) {
        let err12 = { instancePath: instancePath + "/decimals", schemaPath: "#/properties/decimals/type", keyword: "type", params: { type: "integer" } };
        vErrors === null ? vErrors = [err12] : vErrors.push(err12), errors++;
      }
      if (typeof data2 == "number" && isFinite(data2)) {
        if (data2 > 18 || isNaN(data2)) {
          let err13 = { instancePath: instancePath + "/decimals", schemaPath: "#/properties/decimals/maximum", keyword: "maximum", params: { comparison: "<=", limit: 18 } };
          vErrors === null ? vErrors = [err13] : vErrors.push(err13), errors++;
        }
        if (data2 < 0 || isNaN(data2)) {
          let err14 = { instancePath: instancePath + "/decimals", schemaPath: "#/properties/decimals/minimum", keyword: "minimum", params: { comparison: ">=", limit: 0 } };
          vErrors === null ? vErrors = [err14] : vErrors.push(err14), errors++;
        }
      }
    }
    if (data.customSlippageBps !== void 0 && func0.call(data, "customSlippageBps")) {
      let data3 = data.customSlippageBps;
      if (!(typeof data3 == "number" && !(data3 % 1) && !isNaN(data3) && isFinite(data3))) {
        let err15 = { instancePath: instancePath + "/customSlippageBps", schemaPath: "#/properties/customSlippageBps/type", keyword: "type", params: { type: "integer" } };
        vErrors === null ? vErrors = [err15] : vErrors.push(err15), errors++;
      }
      if (typeof data3 == "number" && isFinite(data3)) {
        if (data3 > 1e3 || isNaN(data3)) {
          let err16 = { instancePath: instancePath + "/customSlippageBps", schemaPath: "#/properties/customSlippageBps/maximum", keyword: "maximum", params: { comparison: "<=", limit: 1e3 } };
          vErrors === null ? vErrors = [err16] : vErrors.push(err16), errors++;
        }
        if (data3 < 1 || isNaN(data3)) {
          let err17 = { instancePath: instancePath + "/customSlippageBps", schemaPath: "#/properties/customSlippageBps/minimum", keyword: "minimum", params: { comparison: ">=", limit: 1 } };
          vErrors === null ? vErrors = [err17] : vErrors.push(err17), errors++;
        }
      }
    }
    if (data.transferFeeEnabled !== void 0 && func0.call(data, "transferFeeEnabled") && typeof data.transferFeeEnabled != "boolean") {
      let err18 = { instancePath: instancePath + "/transferFeeEnabled", schemaPath: "#/properties/transferFeeEnabled/type", keyword: "type", params: { type: "boolean" } };
      vErrors === null ? vErrors = [err18] : vErrors.push(err18), errors++;
    }
    if (data.transferFeeBps !== void 0 && func0.call(data, "transferFeeBps")) {
      let data5 = data.transferFeeBps;
      if (!(typeof data5 == "number" && !(data5 % 1) && !isNaN(data5) && isFinite(data5))) {
        let err19 = { instancePath: instancePath + "/transferFeeBps", schemaPath: "#/properties/transferFeeBps/type", keyword: "type", params: { type: "integer" } };
        vErrors === null ? vErrors = [err19] : vErrors.push(err19), errors++;
      }
      if (typeof data5 == "number" && isFinite(data5)) {
        if (data5 > 1e4 || isNaN(data5)) {
          let err20 = { instancePath: instancePath + "/transferFeeBps", schemaPath: "#/properties/transferFeeBps/maximum", keyword: "maximum", params: { comparison: "<=", limit: 1e4 } };
          vErrors === null ? vErrors = [err20] : vErrors.push(err20), errors++;
        }
        if (data5 < 0 || isNaN(data5)) {
          let err21 = { instancePath: instancePath + "/transferFeeBps", schemaPath: "#/properties/transferFeeBps/minimum", keyword: "minimum", params: { comparison: ">=", limit: 0 } };
          vErrors === null ? vErrors = [err21] : vErrors.push(err21), errors++;
        }
      }
    }
    if (data.extensions !== void 0 && func0.call(data, "extensions")) {
      let data6 = data.extensions;
      if (!(data6 && typeof data6 == "object" && !Array.isArray(data6))) {
        let err22 = { instancePath: instancePath + "/extensions", schemaPath: "#/properties/extensions/type", keyword: "type", params: { type: "object" } };
        vErrors === null ? vErrors = [err22] : vErrors.push(err22), errors++;
      }
    }
    if (data.minOrderSize !== void 0 && func0.call(data, "minOrderSize")) {
      let data7 = data.minOrderSize;
      if (typeof data7 == "number" && isFinite(data7)) {
        if (data7 < 0 || isNaN(data7)) {
          let err23 = { instancePath: instancePath + "/minOrderSize", schemaPath: "#/properties/minOrderSize/minimum", keyword: "minimum", params: { comparison: ">=", limit: 0 } };
          vErrors === null ? vErrors = [err23] : vErrors.push(err23), errors++;
        }
      } else {
        let err24 = { instancePath: instancePath + "/minOrderSize", schemaPath: "#/properties/minOrderSize/type", keyword: "type", params: { type: "number" } };
        vErrors === null ? vErrors = [err24] : vErrors.push(err24), errors++;
      }
    }
    if (data.maxOrderSize !== void 0 && func0.call(data, "maxOrderSize")) {
      let data8 = data.maxOrderSize;
      if (typeof data8 == "number" && isFinite(data8)) {
        let vSchema0 = data && data.minOrderSize;
        if (vSchema0 !== void 0 && (!(typeof vSchema0 == "number" && isFinite(vSchema0)) || data8 < vSchema0 || isNaN(data8))) {
          let err25 = { instancePath: instancePath + "/maxOrderSize", schemaPath: "#/properties/maxOrderSize/allOf/0/minimum", keyword: "minimum", params: { comparison: ">=", limit: vSchema0 } };
          vErrors === null ? vErrors = [err25] : vErrors.push(err25), errors++;
        }
      }
      if (typeof data8 == "number" && isFinite(data8)) {
        if (data8 < 0 || isNaN(data8)) {
          let err26 = { instancePath: instancePath + "/maxOrderSize", schemaPath: "#/properties/maxOrderSize/minimum", keyword: "minimum", params: { comparison: ">=", limit: 0 } };
          vErrors === null ? vErrors = [err26] : vErrors.push(err26), errors++;
        }
      } else {
        let err27 = { instancePath: instancePath + "/maxOrderSize", schemaPath: "#/properties/maxOrderSize/type", keyword: "type", params: { type: "number" } };
        vErrors === null ? vErrors = [err27] : vErrors.push(err27), errors++;
      }
    }
  } else {
    let err28 = { instancePath, schemaPath: "#/type", keyword: "type", params: { type: "object" } };
    vErrors === null ? vErrors = [err28] : vErrors.push(err28), errors++;
  }
  return validate3.errors = vErrors, errors === 0;
}
validate3.evaluated = { props: !0, dynamicProps: !1, dynamicItems: !1 };
var circuitBreaker = validate4;
function validate4(data, { instancePath = "", parentData, parentDataProperty, rootData = data, dynamicAnchors = {} } = {}) {
  let vErrors = null, errors = 0, evaluated0 = validate4.evaluated;
  if (evaluated0.dynamicProps && (evaluated0.props = void 0), evaluated0.dynamicItems && (evaluated0.items = void 0), data && typeof data == "object" && !Array.isArray(data)) {
    if (data.latencyThresholdMs === void 0 || !func0.call(data, "latencyThresholdMs")) {
      let err0 = { instancePath, schemaPath: "#/required", keyword: "required", params: { missingProperty: "latencyThresholdMs" } };
      vErrors === null ? vErrors = [err0] : vErrors.push(err0), errors++;
    }
    if (data.errorRateThreshold === void 0 || !func0.call(data, "errorRateThreshold")) {
      let err1 = { instancePath, schemaPath: "#/required", keyword: "required", params: { missingProperty: "errorRateThreshold" } };
      vErrors === null ? vErrors = [err1] : vErrors.push(err1), errors++;
    }
    for (let key0 of Object.keys(data))
      if (!(key0 === "latencyThresholdMs" || key0 === "errorRateThreshold" || key0 === "failureThreshold" || key0 === "recoveryTimeoutSecs" || key0 === "halfOpenMaxRequests")) {
        let err2 = { instancePath, schemaPath: "#/additionalProperties", keyword: "additionalProperties", params: { additionalProperty: key0 } };
        vErrors === null ? vErrors = [err2] : vErrors.push(err2), errors++;
      }
    if (data.latencyThresholdMs !== void 0 && func0.call(data, "latencyThresholdMs")) {
      let data0 = data.latencyThresholdMs;
      if (!(typeof data0 == "number" && !(data0 % 1) && !isNaN(data0) && isFinite(data0))) {
        let err3 = { instancePath: instancePath + "/latencyThresholdMs", schemaPath: "#/properties/latencyThresholdMs/type", keyword: "type", params: { type: "integer" } };
        vErrors === null ? vErrors = [err3] : vErrors.push(err3), errors++;
      }
      if (typeof data0 == "number" && isFinite(data0)) {
        if (data0 > 1e3 || isNaN(data0)) {
          let err4 = { instancePath: instancePath + "/latencyThresholdMs", schemaPath: "#/properties/latencyThresholdMs/maximum", keyword: "maximum", params: { comparison: "<=", limit: 1e3 } };
          vErrors === null ? vErrors = [err4] : vErrors.push(err4), errors++;
        }
        if (data0 < 50 || isNaN(data0)) {
          let err5 = { instancePath: instancePath + "/latencyThresholdMs", schemaPath: "#/properties/latencyThresholdMs/minimum", keyword: "minimum", params: { comparison: ">=", limit: 50 } };
          vErrors === null ? vErrors = [err5] : vErrors.push(err5), errors++;
        }
      }
    }
    if (data.errorRateThreshold !== void 0 && func0.call(data, "errorRateThreshold")) {
      let data1 = data.errorRateThreshold;
      if (typeof data1 == "number" && isFinite(data1)) {
        if (data1 > 1 || isNaN(data1)) {
          let err6 = { instancePath: instancePath + "/errorRateThreshold", schemaPath: "#/properties/errorRateThreshold/maximum", keyword: "maximum", params: { comparison: "<=", limit: 1 } };
          vErrors === null ? vErrors = [err6] : vErrors.push(err6), errors++;
        }
        if (data1 < 0.01 || isNaN(data1)) {
          let err7 = { instancePath: instancePath + "/errorRateThreshold", schemaPath: "#/properties/errorRateThreshold/minimum", keyword: "minimum", params: { comparison: ">=", limit: 0.01 } };
          vErrors === null ? vErrors = [err7] : vErrors.push(err7), errors++;
        }
      } else {
        let err8 = { instancePath: instancePath + "/errorRateThreshold", schemaPath: "#/properties/errorRateThreshold/type", keyword: "type", params: { type: "number" } };
        vErrors === null ? vErrors = [err8] : vErrors.push(err8), errors++;
      }
    }
    if (data.failureThreshold !== void 0 && func0.call(data, "failureThreshold")) {
      let data2 = data.failureThreshold;
      if (!(typeof data2 == "number" && !(data2 % 1) && !isNaN(data2) && isFinite(data2))) {
        let err9 = { instancePath: instancePath + "/failureThreshold", schemaPath: "#/properties/failureThreshold/type", keyword: "type", params: { type: "integer" } };
        vErrors === null ? vErrors = [err9] : vErrors.push(err9), errors++;
      }
      if (typeof data2 == "number" && isFinite(data2)) {
        if (data2 > 100 || isNaN(data2)) {
          let err10 = { instancePath: instancePath + "/failureThreshold", schemaPath: "#/properties/failureThreshold/maximum", keyword: "maximum", params: { comparison: "<=", limit: 100 } };
          vErrors === null ? vErrors = [err10] : vErrors.push(err10), errors++;
        }
        if (data2 < 1 || isNaN(data2)) {
          let err11 = { instancePath: instancePath + "/failureThreshold", schemaPath: "#/properties/failureThreshold/minimum", keyword: "minimum", params: { comparison: ">=", limit: 1 } };
          vErrors === null ? vErrors = [err11] : vErrors.push(err11), errors++;
        }
      }
    }
    if (data.recoveryTimeoutSecs !== void 0 && func0.call(data, "recoveryTimeoutSecs")) {
      let data3 = data.recoveryTimeoutSecs;
      if (!(typeof data3 == "number" && !(data3 % 1) && !isNaN(data3) && isFinite(data3))) {
        let err12 = { instancePath: instancePath + "/recoveryTimeoutSecs", schemaPath: "#/properties/recoveryTimeoutSecs/type", keyword: "type", params: { type: "integer" } };
        vErrors === null ? vErrors = [err12] : vErrors.push(err12), errors++;
      }
      if (typeof data3 == "number" && isFinite(data3)) {
        if (data3 > 600 || isNaN(data3)) {
          let err13 = { instancePath: instancePath + "/recoveryTimeoutSecs", schemaPath: "#/properties/recoveryTimeoutSecs/maximum", keyword: "maximum", params: { comparison: "<=", limit: 600 } };
          vErrors === null ? vErrors = [err13] : vErrors.push(err13), errors++;
        }
        if (data3 < 10 || isNaN(data3)) {
          let err14 = { instancePath: instancePath + "/recoveryTimeoutSecs", schemaPath: "#/properties/recoveryTimeoutSecs/minimum", keyword: "minimum", params: { comparison: ">=", limit: 10 } };
          vErrors === null ? vErrors = [err14] : vErrors.push(err14), errors++;
        }
      }
    }
    if (data.halfOpenMaxRequests !== void 0 && func0.call(data, "halfOpenMaxRequests")) {
      let data4 = data.halfOpenMaxRequests;
      if (!(typeof data4 == "number" && !(data4 % 1) && !isNaN(data4) && isFinite(data4))) {
        let err15 = { instancePath: instancePath + "/halfOpenMaxRequests", schemaPath: "#/properties/halfOpenMaxRequests/type", keyword: "type", params: { type: "integer" } };
        vErrors === null ? vErrors = [err15] : vErrors.push(err15), errors++;
      }
      if (typeof data4 == "number" && isFinite(data4)) {
        if (data4 > 10 || isNaN(data4)) {
          let err16 = { instancePath: instancePath + "/halfOpenMaxRequests", schemaPath: "#/properties/halfOpenMaxRequests/maximum", keyword: "maximum", params: { comparison: "<=", limit: 10 } };
          vErrors === null ? vErrors = [err16] : vErrors.push(err16), errors++;
        }
        if (data4 < 1 || isNaN(data4)) {
          let err17 = { instancePath: instancePath + "/halfOpenMaxRequests", schemaPath: "#/properties/halfOpenMaxRequests/minimum", keyword: "minimum", params: { comparison: ">=", limit: 1 } };
          vErrors === null ? vErrors = [err17] : vErrors.push(err17), errors++;
        }
      }
    }
  } else {
    let err18 = { instancePath, schemaPath: "#/type", keyword: "type", params: { type: "object" } };
    vErrors === null ? vErrors = [err18] : vErrors.push(err18), errors++;
  }
  return validate4.errors = vErrors, errors === 0;
}
validate4.evaluated = { props: !0, dynamicProps: !1, dynamicItems: !1 };
var monitoring = validate5, schema5 = { type: "object", title: "Monitoring", description: "What a service measures, when it raises an alarm, and how much it logs.", "x-label": "Monitoring", properties: { alertThresholds: { type: "object", title: "Alert thresholds", description: "For each metric the value at which an alarm is raised.", "x-label": "Alert thresholds", additionalProperties: { type: "number", title: "Alert threshold", description: "The value at which an alarm is raised. The metric decides whether it is an upper or a lower bound.", "x-label": "Alert threshold", "x-unit": "unit of the metric" } }, collectionIntervalSecs: { type: "integer", title: "Collection interval", description: "How often metrics are collected.", "x-label": "Collection interval", "x-unit": "s", minimum: 1, maximum: 3600 }, logLevels: { type: "object", title: "Log levels", description: "For each component how much it logs.", "x-label": "Log levels", additionalProperties: { type: "string", title: "Log level", description: "The least severe level that is logged; `off` logs nothing.", "x-label": "Log level", enum: ["trace", "debug", "info", "warn", "error", "fatal", "off"] } } }, additionalProperties: !1 };
function validate5(data, { instancePath = "", parentData, parentDataProperty, rootData = data, dynamicAnchors = {} } = {}) {
  let vErrors = null, errors = 0, evaluated0 = validate5.evaluated;
  if (evaluated0.dynamicProps && (evaluated0.props = void 0), evaluated0.dynamicItems && (evaluated0.items = void 0), data && typeof data == "object" && !Array.isArray(data)) {
    for (let key0 of Object.keys(data))
      if (!(key0 === "alertThresholds" || key0 === "collectionIntervalSecs" || key0 === "logLevels")) {
        let err0 = { instancePath, schemaPath: "#/additionalProperties", keyword: "additionalProperties", params: { additionalProperty: key0 } };
        vErrors === null ? vErrors = [err0] : vErrors.push(err0), errors++;
      }
    if (data.alertThresholds !== void 0 && func0.call(data, "alertThresholds")) {
      let data0 = data.alertThresholds;
      if (data0 && typeof data0 == "object" && !Array.isArray(data0))
        for (let key1 of Object.keys(data0)) {
          let data1 = data0[key1];
          if (!(typeof data1 == "number" && isFinite(data1))) {
            let err1 = { instancePath: instancePath + "/alertThresholds/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"), schemaPath: "#/properties/alertThresholds/additionalProperties/type", keyword: "type", params: { type: "number" } };
            vErrors === null ? vErrors = [err1] : vErrors.push(err1), errors++;
          }
        }
      else {
        let err2 = { instancePath: instancePath + "/alertThresholds", schemaPath: "#/properties/alertThresholds/type", keyword: "type", params: { type: "object" } };
        vErrors === null ? vErrors = [err2] : vErrors.push(err2), errors++;
      }
    }
    if (data.collectionIntervalSecs !== void 0 && func0.call(data, "collectionIntervalSecs")) {
      let data2 = data.collectionIntervalSecs;
      if (!(typeof data2 == "number" && !(data2 % 1) && !isNaN(data2) && isFinite(data2))) {
        let err3 = { instancePath: instancePath + "/collectionIntervalSecs", schemaPath: "#/properties/collectionIntervalSecs/type", keyword: "type", params: { type: "integer" } };
        vErrors === null ? vErrors = [err3] : vErrors.push(err3), errors++;
      }
      if (typeof data2 == "number" && isFinite(data2)) {
        if (data2 > 3600 || isNaN(data2)) {
          let err4 = { instancePath: instancePath + "/collectionIntervalSecs", schemaPath: "#/properties/collectionIntervalSecs/maximum", keyword: "maximum", params: { comparison: "<=", limit: 3600 } };
          vErrors === null ? vErrors = [err4] : vErrors.push(err4), errors++;
        }
        if (data2 < 1 || isNaN(data2)) {
          let err5 = { instancePath: instancePath + "/collectionIntervalSecs", schemaPath: "#/properties/collectionIntervalSecs/minimum", keyword: "minimum", params: { comparison: ">=", limit: 1 } };
          vErrors === null ? vErrors = [err5] : vErrors.push(err5), errors++;
        }
      }
    }
    if (data.logLevels !== void 0 && func0.call(data, "logLevels")) {
      let data3 = data.logLevels;
      if (data3 && typeof data3 == "object" && !Array.isArray(data3))
        for (let key2 of Object.keys(data3)) {
          let data4 = data3[key2];
          if (typeof data4 != "string") {
            let err6 = { instancePath: instancePath + "/logLevels/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"), schemaPath: "#/properties/logLevels/additionalProperties/type", keyword: "type", params: { type: "string" } };
            vErrors === null ? vErrors = [err6] : vErrors.push(err6), errors++;
          }
          if (!(data4 === "trace" || data4 === "debug" || data4 === "info" || data4 === "warn" || data4 === "error" || data4 === "fatal" || data4 === "off")) {
            let err7 = { instancePath: instancePath + "/logLevels/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"), schemaPath: "#/properties/logLevels/additionalProperties/enum", keyword: "enum", params: { allowedValues: schema5.properties.logLevels.additionalProperties.enum } };
            vErrors === null ? vErrors = [err7] : vErrors.push(err7), errors++;
          }
        }
      else {
        let err8 = { instancePath: instancePath + "/logLevels", schemaPath: "#/properties/logLevels/type", keyword: "type", params: { type: "object" } };
        vErrors === null ? vErrors = [err8] : vErrors.push(err8), errors++;
      }
    }
  } else {
    let err9 = { instancePath, schemaPath: "#/type", keyword: "type", params: { type: "object" } };
    vErrors === null ? vErrors = [err9] : vErrors.push(err9), errors++;
  }
  return validate5.errors = vErrors, errors === 0;
}
validate5.evaluated = { props: !0, dynamicProps: !1, dynamicItems: !1 };
export {
  circuitBreaker,
  mev,
  monitoring,
  risk,
  token,
  trader
};
export const SENTENCES = {
 "trader": {
  "#/type": "Trader must be an object.",
  "#/additionalProperties": "Trader must not have the member \"\\u0001\".",
  "#/properties/mode/type": "Mode must be a string.",
  "#/properties/mode/enum": "Mode must be one of \"paper\", \"live\".",
  "#/properties/defaultSlippageBps/type": "Default slippage must be a whole number.",
  "#/properties/defaultSlippageBps/minimum": "Default slippage must be at least 1 bps.",
  "#/properties/defaultSlippageBps/maximum": "Default slippage must be at most 1000 bps.",
  "#/properties/defaultPriorityFee/type": "Default priority fee must be a whole number.",
  "#/properties/defaultPriorityFee/minimum": "Default priority fee must be at least 0 lamports.",
  "#/properties/defaultPriorityFee/maximum": "Default priority fee must be at most 1000000 lamports."
 },
 "risk": {
  "#/type": "Risk parameters must be an object.",
  "#/required maxPositionSize": "Risk parameters must have the member \"maxPositionSize\".",
  "#/required dailyLossLimit": "Risk parameters must have the member \"dailyLossLimit\".",
  "#/additionalProperties": "Risk parameters must not have the member \"\\u0001\".",
  "#/properties/maxPositionSize/type": "Maximum position size must be a number.",
  "#/properties/maxPositionSize/minimum": "Maximum position size must be at least 0 quote currency.",
  "#/properties/maxPositions/type": "Maximum positions must be a whole number.",
  "#/properties/maxPositions/minimum": "Maximum positions must be at least 1 (positions).",
  "#/properties/maxPositions/maximum": "Maximum positions must be at most 100 positions.",
  "#/properties/dailyLossLimit/type": "Daily loss limit must be a number.",
  "#/properties/dailyLossLimit/minimum": "Daily loss limit must be at least 0 quote currency.",
  "#/properties/maxExposurePerToken/type": "Maximum exposure per token must be a number.",
  "#/properties/maxExposurePerToken/minimum": "Maximum exposure per token must be at least 0 times the capital.",
  "#/properties/maxExposurePerToken/maximum": "Maximum exposure per token must be at most 1 (times the capital).",
  "#/properties/stopLossPercentage/type": "Stop loss must be a number.",
  "#/properties/stopLossPercentage/minimum": "Stop loss must be at least 0 percent.",
  "#/properties/stopLossPercentage/maximum": "Stop loss must be at most 100 percent.",
  "#/properties/takeProfitPercentage/type": "Take profit must be a number.",
  "#/properties/takeProfitPercentage/minimum": "Take profit must be at least 0 percent.",
  "#/properties/takeProfitPercentage/maximum": "Take profit must be at most 100 percent."
 },
 "mev": {
  "#/type": "MEV protection must be an object.",
  "#/required minPriorityFee": "MEV protection must have the member \"minPriorityFee\".",
  "#/required maxPriorityFee": "MEV protection must have the member \"maxPriorityFee\".",
  "#/additionalProperties": "MEV protection must not have the member \"\\u0001\".",
  "#/properties/minPriorityFee/type": "Minimum priority fee must be a whole number.",
  "#/properties/minPriorityFee/minimum": "Minimum priority fee must be at least 1000 lamports.",
  "#/properties/minPriorityFee/maximum": "Minimum priority fee must be at most 100000 lamports.",
  "#/properties/maxPriorityFee/type": "Maximum priority fee must be a whole number.",
  "#/properties/maxPriorityFee/minimum": "Maximum priority fee must be at least 1000 lamports.",
  "#/properties/maxPriorityFee/maximum": "Maximum priority fee must be at most 1000000 lamports.",
  "#/properties/maxPriorityFee/allOf/0/minimum": "Maximum priority fee must be at least the value of \"minPriorityFee\".",
  "#/properties/dynamicFeeEnabled/type": "Dynamic fee must be true or false.",
  "#/properties/sandwichProtectionEnabled/type": "Sandwich protection must be true or false.",
  "#/properties/timeoutMs/type": "Timeout must be a whole number.",
  "#/properties/timeoutMs/minimum": "Timeout must be at least 100 ms.",
  "#/properties/timeoutMs/maximum": "Timeout must be at most 5000 ms.",
  "#/properties/wrapSolEnabled/type": "Wrap SOL must be true or false.",
  "#/properties/useSharedAccounts/type": "Shared accounts must be true or false."
 },
 "token": {
  "#/type": "Token must be an object.",
  "#/required address": "Token must have the member \"address\".",
  "#/required symbol": "Token must have the member \"symbol\".",
  "#/required decimals": "Token must have the member \"decimals\".",
  "#/additionalProperties": "Token must not have the member \"\\u0001\".",
  "#/properties/address/type": "Address must be a string.",
  "#/properties/address/minLength": "Address must have at least 32 characters.",
  "#/properties/address/maxLength": "Address must have at most 44 characters.",
  "#/properties/address/pattern": "Address must match the pattern \"^[1-9A-HJ-NP-Za-km-z]*$\".",
  "#/properties/address/x-equalsKey": "Address must equal the name of its place, \"\\u0001\".",
  "#/properties/symbol/type": "Symbol must be a string.",
  "#/properties/symbol/minLength": "Symbol must have at least 1 character.",
  "#/properties/symbol/maxLength": "Symbol must have at most 10 characters.",
  "#/properties/decimals/type": "Decimals must be a whole number.",
  "#/properties/decimals/minimum": "Decimals must be at least 0 digits.",
  "#/properties/decimals/maximum": "Decimals must be at most 18 digits.",
  "#/properties/customSlippageBps/type": "Custom slippage must be a whole number.",
  "#/properties/customSlippageBps/minimum": "Custom slippage must be at least 1 bps.",
  "#/properties/customSlippageBps/maximum": "Custom slippage must be at most 1000 bps.",
  "#/properties/transferFeeEnabled/type": "Transfer fee must be true or false.",
  "#/properties/transferFeeBps/type": "Transfer fee rate must be a whole number.",
  "#/properties/transferFeeBps/minimum": "Transfer fee rate must be at least 0 bps.",
  "#/properties/transferFeeBps/maximum": "Transfer fee rate must be at most 10000 bps.",
  "#/properties/extensions/type": "Extensions must be an object.",
  "#/properties/minOrderSize/type": "Minimum order size must be a number.",
  "#/properties/minOrderSize/minimum": "Minimum order size must be at least 0 tokens.",
  "#/properties/maxOrderSize/type": "Maximum order size must be a number.",
  "#/properties/maxOrderSize/minimum": "Maximum order size must be at least 0 tokens.",
  "#/properties/maxOrderSize/allOf/0/minimum": "Maximum order size must be at least the value of \"minOrderSize\"."
 },
 "circuitBreaker": {
  "#/type": "Circuit breaker must be an object.",
  "#/required latencyThresholdMs": "Circuit breaker must have the member \"latencyThresholdMs\".",
  "#/required errorRateThreshold": "Circuit breaker must have the member \"errorRateThreshold\".",
  "#/additionalProperties": "Circuit breaker must not have the member \"\\u0001\".",
  "#/properties/latencyThresholdMs/type": "Latency threshold must be a whole number.",
  "#/properties/latencyThresholdMs/minimum": "Latency threshold must be at least 50 ms.",
  "#/properties/latencyThresholdMs/maximum": "Latency threshold must be at most 1000 ms.",
  "#/properties/errorRateThreshold/type": "Error rate threshold must be a number.",
  "#/properties/errorRateThreshold/minimum": "Error rate threshold must be at least 0.01 failures per request.",
  "#/properties/errorRateThreshold/maximum": "Error rate threshold must be at most 1 (failures per request).",
  "#/properties/failureThreshold/type": "Failure threshold must be a whole number.",
  "#/properties/failureThreshold/minimum": "Failure threshold must be at least 1 (failures).",
  "#/properties/failureThreshold/maximum": "Failure threshold must be at most 100 failures.",
  "#/properties/recoveryTimeoutSecs/type": "Recovery timeout must be a whole number.",
  "#/properties/recoveryTimeoutSecs/minimum": "Recovery timeout must be at least 10 s.",
  "#/properties/recoveryTimeoutSecs/maximum": "Recovery timeout must be at most 600 s.",
  "#/properties/halfOpenMaxRequests/type": "Requests while half open must be a whole number.",
  "#/properties/halfOpenMaxRequests/minimum": "Requests while half open must be at least 1 (requests).",
  "#/properties/halfOpenMaxRequests/maximum": "Requests while half open must be at most 10 requests."
 },
 "monitoring": {
  "#/type": "Monitoring must be an object.",
  "#/additionalProperties": "Monitoring must not have the member \"\\u0001\".",
  "#/properties/alertThresholds/type": "Alert thresholds must be an object.",
  "#/properties/alertThresholds/additionalProperties/type": "Alert threshold must be a number.",
  "#/properties/collectionIntervalSecs/type": "Collection interval must be a whole number.",
  "#/properties/collectionIntervalSecs/minimum": "Collection interval must be at least 1 s.",
  "#/properties/collectionIntervalSecs/maximum": "Collection interval must be at most 3600 s.",
  "#/properties/logLevels/type": "Log levels must be an object.",
  "#/properties/logLevels/additionalProperties/type": "Log level must be a string.",
  "#/properties/logLevels/additionalProperties/enum": "Log level must be one of \"trace\", \"debug\", \"info\", \"warn\", \"error\", \"fatal\", \"off\"."
 }
};
