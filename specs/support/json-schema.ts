/** A JSON schema: of draft 4, 7 or 2020-12, as far as their keywords are alike. */
export type JsonSchema = Readonly<Record<string, unknown>>;

export interface ValidateOptions {
  /** Members that no `properties` names are errors, also where the schema bears them. */
  readonly closed?: boolean;
}

/** Words about a value, which nothing has to hold to. */
const ANNOTATIONS = new Set([
  ...['$schema', '$id', 'id', 'title', 'description', 'default', 'examples', 'definitions', '$defs', '$comment'],
]);

/**
 * A small validator, for what reporters write: an error a line, with the place of each. Throws on a keyword that it does
 * not know, so that nothing passes because nobody looked.
 */
export function schemaErrors(root: JsonSchema, value: unknown, { closed = false }: ValidateOptions = {}): string[] {
  const errors: string[] = [];
  const say = (place: string, what: string) => void errors.push(`${place === '' ? '/' : place}: ${what}`);

  function holds(schema: JsonSchema, each: unknown): boolean {
    return schemaErrors({ ...schema, definitions: root.definitions, $defs: root.$defs }, each, { closed }).length === 0;
  }

  function check(schema: JsonSchema, each: unknown, place: string): void {
    for (const [keyword, argument] of Object.entries(schema)) {
      if (!ANNOTATIONS.has(keyword)) keywordOf(keyword)(argument, { schema, value: each, place });
    }
  }

  interface Spot {
    readonly schema: JsonSchema;
    readonly value: unknown;
    readonly place: string;
  }

  const keywords: Readonly<Record<string, (argument: unknown, spot: Spot) => void>> = {
    $ref: (argument, { value, place }) => check(resolve(root, String(argument)), value, place),
    type: (argument, { value, place }) => {
      const types = Array.isArray(argument) ? argument : [argument];
      if (!types.some((type) => isOf(String(type), value))) say(place, `is no ${types.join(' or ')}`);
    },
    enum: (argument, { value, place }) => {
      if (!(argument as unknown[]).includes(value)) say(place, `${JSON.stringify(value)} is none of ${argument}`);
    },
    const: (argument, { value, place }) => {
      if (value !== argument) say(place, `is not ${JSON.stringify(argument)}`);
    },
    properties: (argument, { value, place, schema }) => {
      if (!isObject(value)) return;
      const known = argument as Readonly<Record<string, JsonSchema>>;
      for (const [name, member] of Object.entries(value)) {
        const own = Object.hasOwn(known, name) ? known[name] : undefined;
        if (own !== undefined) check(own, member, `${place}/${name}`);
        else if (closed && schema.additionalProperties === undefined) say(`${place}/${name}`, 'is in no schema');
      }
    },
    additionalProperties: (argument, { value, place, schema }) => {
      if (!isObject(value) || argument === true) return;
      const known = (schema.properties ?? {}) as object;
      for (const [name, member] of Object.entries(value)) {
        if (Object.hasOwn(known, name)) continue;
        if (argument === false) say(`${place}/${name}`, 'is not allowed');
        else check(argument as JsonSchema, member, `${place}/${name}`);
      }
    },
    propertyNames: (argument, { value, place }) => {
      if (isObject(value))
        for (const name of Object.keys(value)) check(argument as JsonSchema, name, `${place}/${name}`);
    },
    required: (argument, { value, place }) => {
      if (!isObject(value)) return;
      for (const name of argument as string[]) if (!Object.hasOwn(value, name)) say(place, `has no ${name}`);
    },
    items: (argument, { value, place }) => {
      if (!Array.isArray(value)) return;
      for (const [index, item] of value.entries()) check(argument as JsonSchema, item, `${place}/${index}`);
    },
    minItems: (argument, { value, place }) => {
      if (Array.isArray(value) && value.length < Number(argument)) say(place, `has less than ${argument} items`);
    },
    uniqueItems: (argument, { value, place }) => {
      if (argument !== true || !Array.isArray(value)) return;
      if (new Set(value.map((item) => JSON.stringify(item))).size < value.length) say(place, 'has an item twice');
    },
    minimum: (argument, { value, place }) => {
      if (typeof value === 'number' && value < Number(argument)) say(place, `${value} is less than ${argument}`);
    },
    maximum: (argument, { value, place }) => {
      if (typeof value === 'number' && value > Number(argument)) say(place, `${value} is more than ${argument}`);
    },
    minLength: (argument, { value, place }) => {
      if (typeof value === 'string' && value.length < Number(argument)) say(place, 'is too short');
    },
    pattern: (argument, { value, place }) => {
      if (typeof value === 'string' && !new RegExp(String(argument), 'u').test(value))
        say(place, `does not match ${argument}`);
    },
    format: (argument, { value, place }) => {
      if (typeof value !== 'string') return;
      const isRight = formats[String(argument)];
      if (isRight === undefined) throw new Error(`format ${argument} is not known`);
      if (!isRight(value)) say(place, `${JSON.stringify(value)} is no ${argument}`);
    },
    anyOf: (argument, { value, place }) => {
      if (!(argument as JsonSchema[]).some((each) => holds(each, value))) say(place, 'is none of several');
    },
    oneOf: (argument, { value, place }) => {
      if ((argument as JsonSchema[]).filter((each) => holds(each, value)).length !== 1)
        say(place, 'is not one of several');
    },
    allOf: (argument, { value, place }) => {
      for (const each of argument as JsonSchema[]) check(each, value, place);
    },
  };

  function keywordOf(name: string) {
    const found = Object.hasOwn(keywords, name) ? keywords[name] : undefined;
    if (found === undefined) throw new Error(`keyword ${name} is not known`);
    return found;
  }

  check(root, value, '');
  return errors;
}

const formats: Readonly<Record<string, (text: string) => boolean>> = {
  uri: (text) => URL.canParse(text),
  'uri-reference': (text) => /^[\w\-.~:/?#[\]@!$&'()*+,;=%]*$/.test(text) && !/%(?![0-9A-Fa-f]{2})/.test(text),
  'date-time': (text) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text),
};

function resolve(root: JsonSchema, reference: string): JsonSchema {
  let found: unknown = root;
  for (const part of reference.replace(/^#\/?/, '').split('/')) {
    found = part === '' ? found : (found as Readonly<Record<string, unknown>> | undefined)?.[part];
  }
  if (!isObject(found)) throw new Error(`${reference} leads nowhere`);
  return found;
}

function isOf(type: string, value: unknown): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
