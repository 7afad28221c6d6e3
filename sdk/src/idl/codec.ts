import { PublicKey } from "@solana/web3.js"
import { InvalidAccountError, InvalidArgumentError } from "../errors/base.js"
import { STK_IDL } from "./constant.js"

/** An array of exactly `Length` items. */
export type Tuple<
  Item,
  Length extends number,
  Items extends readonly Item[] = readonly [],
> = number extends Length
  ? readonly Item[]
  : Items["length"] extends Length
    ? Items
    : Tuple<Item, Length, readonly [...Items, Item]>

/**
 * The TypeScript value of an IDL type: 64-bit amounts are `bigint`, `i64` is always a time and a `number` of unix
 * seconds, bytes are `Uint8Array`.
 */
export type ValueOf<Type> = Type extends "u8" | "u16" | "u32" | "i64"
  ? number
  : Type extends "u64"
    ? bigint
    : Type extends "bool"
      ? boolean
      : Type extends "string"
        ? string
        : Type extends "bytes"
          ? Uint8Array
          : Type extends "pubkey"
            ? PublicKey
            : Type extends { option: infer Inner }
              ? ValueOf<Inner> | null
              : Type extends { vec: infer Item }
                ? Item extends "u8"
                  ? Uint8Array
                  : readonly ValueOf<Item>[]
                : Type extends { array: readonly [infer Item, infer Length extends number] }
                  ? Item extends "u8"
                    ? Uint8Array
                    : Tuple<ValueOf<Item>, Length>
                  : Type extends { defined: { name: infer Name } }
                    ? Defined<Name>
                    : never

/** The object type of IDL fields. */
export type StructOf<Fields extends readonly { name: string; type: unknown }[]> = {
  [Field in Fields[number] as Field["name"]]: ValueOf<Field["type"]>
}

type TypeDefinition = (typeof STK_IDL)["types"][number]
/** Names of the IDL's types, in camelCase. */
export type TypeName = TypeDefinition["name"]
/** The value of a type of the IDL by its name. */
export type Defined<Name> = Extract<TypeDefinition, { name: Name }>["type"] extends { fields: infer Fields }
  ? Fields extends readonly { name: string; type: unknown }[]
    ? StructOf<Fields>
    : never
  : never

/** An IDL type as the codec walks it. */
export type IdlType =
  | string
  | { option: IdlType }
  | { vec: IdlType }
  | { array: readonly [IdlType, number] }
  | { defined: { name: string } }
/** A field of a struct, an instruction or an event. */
export interface IdlField {
  name: string
  type: IdlType
}

const TYPES: ReadonlyMap<string, readonly IdlField[]> = /* @__PURE__ */ new Map(
  STK_IDL.types.map((definition): [string, readonly IdlField[]] => [definition.name, definition.type.fields]),
)

function fieldsOf(name: string): readonly IdlField[] {
  const fields = TYPES.get(name)
  if (!fields) throw new InvalidArgumentError("type", "a type of the IDL", { details: [name] })
  return fields
}

const WIDTHS: Readonly<Record<string, number>> = { u8: 1, u16: 2, u32: 4 }
const ADDRESS_BYTES = 32

/** Reads values one after the other; every read past the end is an {@link InvalidAccountError} naming `subject`. */
export class Reader {
  private offset = 0
  private readonly view: DataView

  constructor(
    private readonly bytes: Uint8Array,
    private readonly subject: string,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** Bytes that are left. */
  get rest(): number {
    return this.bytes.length - this.offset
  }

  take(length: number): Uint8Array {
    if (length > this.rest) {
      throw new InvalidAccountError(this.subject, `${this.bytes.length} bytes are too few`)
    }
    const start = this.offset
    this.offset += length
    return this.bytes.slice(start, this.offset)
  }

  private advance(length: number): number {
    if (length > this.rest) {
      throw new InvalidAccountError(this.subject, `${this.bytes.length} bytes are too few`)
    }
    const start = this.offset
    this.offset += length
    return start
  }

  u8(): number {
    return this.view.getUint8(this.advance(1))
  }

  u16(): number {
    return this.view.getUint16(this.advance(2), true)
  }

  u32(): number {
    return this.view.getUint32(this.advance(4), true)
  }

  u64(): bigint {
    return this.view.getBigUint64(this.advance(8), true)
  }

  /** Unix seconds. */
  time(): number {
    const seconds = Number(this.view.getBigInt64(this.advance(8), true))
    if (!Number.isSafeInteger(seconds)) throw new InvalidAccountError(this.subject, "a time is out of range")
    return seconds
  }

  address(): PublicKey {
    return new PublicKey(this.take(ADDRESS_BYTES))
  }

  /** A value of `type`. */
  value(type: IdlType): unknown {
    if (typeof type === "string") return this.primitive(type)
    if ("option" in type) return this.u8() === 0 ? null : this.value(type.option)
    if ("vec" in type) return this.items(type.vec, this.u32())
    if ("array" in type) return this.items(type.array[0], type.array[1])
    return this.struct(fieldsOf(type.defined.name))
  }

  struct(fields: readonly IdlField[]): Record<string, unknown> {
    return Object.fromEntries(fields.map((field) => [field.name, this.value(field.type)]))
  }

  private items(item: IdlType, length: number): unknown {
    if (item === "u8") return this.take(length)
    if (length > this.rest) throw new InvalidAccountError(this.subject, "a list is longer than the data")
    return Array.from({ length }, () => this.value(item))
  }

  private primitive(type: string): unknown {
    switch (type) {
      case "u8":
        return this.u8()
      case "u16":
        return this.u16()
      case "u32":
        return this.u32()
      case "u64":
        return this.u64()
      case "i64":
        return this.time()
      case "bool":
        return this.u8() !== 0
      case "pubkey":
        return this.address()
      case "bytes":
        return this.take(this.u32())
      case "string":
        return new TextDecoder().decode(this.take(this.u32()))
      default:
        throw new InvalidArgumentError("type", "one that the codec knows", { details: [type] })
    }
  }
}

/** Writes values one after the other; a value that does not fit its type is an {@link InvalidArgumentError}. */
export class Writer {
  private readonly parts: Uint8Array[] = []

  bytes(bytes: Uint8Array): this {
    this.parts.push(bytes)
    return this
  }

  /** An unsigned integer of `width` bytes. */
  integer(value: unknown, width: number, field: string): this {
    const highest = 2 ** (8 * width) - 1
    if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > highest) {
      throw new InvalidArgumentError(field, `an integer from 0 to ${highest}`, {
        details: [`it is ${String(value)}`],
      })
    }
    const part = new Uint8Array(width)
    for (let index = 0, rest = value; index < width; index++, rest = Math.floor(rest / 256))
      part[index] = rest % 256
    return this.bytes(part)
  }

  u64(value: unknown, field: string): this {
    if (typeof value !== "bigint" || value < 0n || value > 0xffff_ffff_ffff_ffffn) {
      throw new InvalidArgumentError(field, "a bigint from 0 to 2^64 - 1", {
        details: [`it is ${String(value)}`],
      })
    }
    const part = new Uint8Array(8)
    new DataView(part.buffer).setBigUint64(0, value, true)
    return this.bytes(part)
  }

  /** Unix seconds. */
  time(value: unknown, field: string): this {
    if (typeof value !== "number" || !Number.isSafeInteger(value)) {
      throw new InvalidArgumentError(field, "whole unix seconds", { details: [`it is ${String(value)}`] })
    }
    const part = new Uint8Array(8)
    new DataView(part.buffer).setBigInt64(0, BigInt(value), true)
    return this.bytes(part)
  }

  /** The 32 bytes of a base58 text. */
  address(base58: string, field: string): this {
    try {
      return this.bytes(new PublicKey(base58).toBytes())
    } catch (cause) {
      throw new InvalidArgumentError(field, "32 bytes in base58", { cause })
    }
  }

  value(type: IdlType, value: unknown, field: string): this {
    if (typeof type === "string") return this.primitive(type, value, field)
    if ("option" in type) {
      return value === null || value === undefined
        ? this.integer(0, 1, field)
        : this.integer(1, 1, field).value(type.option, value, field)
    }
    if ("vec" in type) return this.items(type.vec, value, undefined, field)
    if ("array" in type) return this.items(type.array[0], value, type.array[1], field)
    return this.struct(fieldsOf(type.defined.name), value, field)
  }

  struct(fields: readonly IdlField[], value: unknown, path: string): this {
    if (typeof value !== "object" || value === null) throw new InvalidArgumentError(path, "an object")
    const values = value as Record<string, unknown>
    for (const field of fields) {
      this.value(field.type, values[field.name], path ? `${path}.${field.name}` : field.name)
    }
    return this
  }

  finish(): Uint8Array {
    const bytes = new Uint8Array(this.parts.reduce((length, part) => length + part.length, 0))
    let offset = 0
    for (const part of this.parts) {
      bytes.set(part, offset)
      offset += part.length
    }
    return bytes
  }

  /** `length` is undefined for a list that carries its own. */
  private items(item: IdlType, value: unknown, length: number | undefined, field: string): this {
    const isBytes = item === "u8" && value instanceof Uint8Array
    if (!isBytes && !Array.isArray(value)) {
      throw new InvalidArgumentError(field, item === "u8" ? "bytes" : "an array")
    }
    if (length === undefined) this.integer(value.length, 4, `${field}.length`)
    else if (value.length !== length) {
      throw new InvalidArgumentError(field, `of length ${length}`, { details: [`it has ${value.length}`] })
    }
    if (isBytes) return this.bytes(Uint8Array.from(value))
    value.forEach((each: unknown, index) => this.value(item, each, `${field}[${index}]`))
    return this
  }

  private primitive(type: string, value: unknown, field: string): this {
    const width = WIDTHS[type]
    if (width !== undefined) return this.integer(value, width, field)
    switch (type) {
      case "u64":
        return this.u64(value, field)
      case "i64":
        return this.time(value, field)
      case "bool":
        if (typeof value !== "boolean") throw new InvalidArgumentError(field, "true or false")
        return this.integer(value ? 1 : 0, 1, field)
      case "pubkey":
        if (!(value instanceof PublicKey)) throw new InvalidArgumentError(field, "a PublicKey")
        return this.bytes(value.toBytes())
      case "bytes":
        if (!(value instanceof Uint8Array)) throw new InvalidArgumentError(field, "bytes")
        return this.integer(value.length, 4, `${field}.length`).bytes(Uint8Array.from(value))
      case "string": {
        if (typeof value !== "string") throw new InvalidArgumentError(field, "a text")
        const text = new TextEncoder().encode(value)
        return this.integer(text.length, 4, `${field}.length`).bytes(text)
      }
      default:
        throw new InvalidArgumentError("type", "one that the codec knows", { details: [type] })
    }
  }
}

/** Reads a struct of the IDL. */
export function readDefined<Name extends TypeName>(reader: Reader, name: Name): Defined<Name> {
  // The walk over the IDL that makes the value is the one that makes its type.
  return reader.struct(fieldsOf(name)) as Defined<Name>
}

/** Whether `data` begins with `discriminator`. */
export function startsWith(data: Uint8Array, discriminator: ArrayLike<number>): boolean {
  return (
    data.length >= discriminator.length &&
    Array.from(discriminator).every((byte, index) => data[index] === byte)
  )
}
