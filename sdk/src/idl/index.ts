export { STK_IDL } from "./constant.js"
export type { Stk } from "./stk.js"
export type { Defined, StructOf, Tuple, TypeName, ValueOf } from "./codec.js"
