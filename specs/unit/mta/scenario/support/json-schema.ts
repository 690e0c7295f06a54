/** The part of JSON schema, draft 7, that the schema of scenarios makes use of. */
export interface JsonSchema {
  readonly $schema?: string;
  readonly $id?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: JsonSchema | readonly JsonSchema[];
  readonly additionalItems?: boolean;
  readonly properties?: Readonly<Record<string, JsonSchema | boolean>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly propertyNames?: JsonSchema;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly anyOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly if?: JsonSchema;
  readonly then?: JsonSchema;
}

const KNOWN = new Set<keyof JsonSchema>([
  '$schema',
  '$id',
  'title',
  'description',
  'type',
  'enum',
  'const',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'minItems',
  'maxItems',
  'items',
  'additionalItems',
  'properties',
  'required',
  'additionalProperties',
  'propertyNames',
  'minProperties',
  'maxProperties',
  'anyOf',
  'allOf',
  'if',
  'then',
]);

/** Where a value is not as the schema has it. Throws where the schema has a word that is not known here. */
export function violations(schema: JsonSchema | boolean, value: unknown, path = ''): string[] {
  if (typeof schema === 'boolean') return schema ? [] : [`${path}: nothing may stand here`];
  for (const word of Object.keys(schema)) {
    if (!KNOWN.has(word as keyof JsonSchema)) throw new Error(`no word of the schema is known as ${word}`);
  }
  const found = [...ofAny(schema, value), ...ofScalar(schema, value)].map((each) => `${path}: ${each}`);
  if (Array.isArray(value)) found.push(...ofList(schema, value, path));
  else if (typeof value === 'object' && value !== null) found.push(...ofMapping(schema, value, path));
  for (const each of schema.allOf ?? []) found.push(...violations(each, value, path));
  if (schema.if !== undefined && violations(schema.if, value).length === 0) {
    found.push(...violations(schema.then ?? true, value, path));
  }
  if (schema.anyOf?.every((each) => violations(each, value).length > 0)) found.push(`${path}: none of anyOf`);
  return found;
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function* ofAny({ type, enum: values, const: only }: JsonSchema, value: unknown): Generator<string> {
  const types = type === undefined ? [] : [type].flat();
  const isType = types.includes(typeName(value)) || (types.includes('integer') && Number.isInteger(value));
  if (types.length > 0 && !isType) yield `no ${types.join(', ')}`;
  if (values !== undefined && !values.includes(value)) yield 'none of enum';
  if (only !== undefined && only !== value) yield 'not the const';
}

function* ofScalar(schema: JsonSchema, value: unknown): Generator<string> {
  const { pattern, minLength = 0, maxLength = Number.POSITIVE_INFINITY } = schema;
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = schema;
  if (typeof value === 'string') {
    if (pattern !== undefined && !new RegExp(pattern, 'u').test(value)) yield 'not the pattern';
    if (value.length < minLength || value.length > maxLength) yield 'length';
  }
  if (typeof value === 'number' && (value < minimum || value > maximum)) yield 'bounds';
}

function* ofList(schema: JsonSchema, value: readonly unknown[], path: string): Generator<string> {
  const { items, additionalItems, minItems = 0, maxItems = Number.POSITIVE_INFINITY } = schema;
  if (value.length < minItems || value.length > maxItems) yield `${path}: number of items`;
  for (const [i, each] of value.entries()) {
    const one = Array.isArray(items) ? (items[i] ?? additionalItems ?? true) : (items ?? true);
    yield* violations(one as JsonSchema | boolean, each, `${path}[${i}]`);
  }
}

function* ofMapping(schema: JsonSchema, value: object, path: string): Generator<string> {
  const { properties = {}, required = [], additionalProperties = true, propertyNames = true } = schema;
  const { minProperties = 0, maxProperties = Number.POSITIVE_INFINITY } = schema;
  const { length } = Object.keys(value);
  if (length < minProperties || length > maxProperties) yield `${path}: number of properties`;
  for (const name of required) if (!Object.hasOwn(value, name)) yield `${path}: no ${name}`;
  for (const [name, each] of Object.entries(value)) {
    yield* violations(propertyNames, name, `${path}.${name} (name)`);
    const one = Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
    yield* violations(one ?? true, each, `${path}.${name}`);
  }
}
