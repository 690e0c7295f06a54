import { z } from 'zod';
import type { Path } from './errors.js';

/** What can stand at a place, with unions taken apart. */
export function formsAt(schema: z.ZodType, path: Path): z.ZodType[] {
  let forms = [schema].flatMap(branches);
  for (const part of path) forms = forms.flatMap((form) => below(form, part)).flatMap(branches);
  return forms;
}

/** The declaration of one of its keys, before unions are taken apart: it has the description. */
export function declaredAt(schema: z.ZodType, path: Path): z.ZodType | undefined {
  const parent = formsAt(schema, path.slice(0, -1));
  const last = path.at(-1);
  return last === undefined ? schema : parent.flatMap((form) => below(form, last))[0];
}

/** Of mappings with fixed keys; undefined where none is one. */
export function keysOf(forms: readonly z.ZodType[]): string[] | undefined {
  const shapes = forms.flatMap((form) => (form instanceof z.ZodObject ? [Object.keys(form.shape)] : []));
  return shapes.length === 0 ? undefined : [...new Set(shapes.flat())];
}

export function wordsOf(forms: readonly z.ZodType[]): string[] {
  return forms.flatMap((form) =>
    form instanceof z.ZodEnum
      ? form.options.map(String)
      : form instanceof z.ZodLiteral
        ? [...form.values].map(String)
        : [],
  );
}

/** `a time with its unit, such as …`, `a whole number`, `one of …`. */
export function formText(form: z.ZodType): string {
  if (form instanceof z.ZodEnum || form instanceof z.ZodLiteral) {
    const words = wordsOf([form]);
    return words.length === 1 ? `'${words[0]}'` : `one of ${words.join(', ')}`;
  }
  if (form instanceof z.ZodString) return patternText(form) ?? 'a text';
  if (form instanceof z.ZodNumber) return numberText(form);
  if (form instanceof z.ZodBoolean) return 'true or false';
  if (form instanceof z.ZodArray) {
    const items = formsAt(form, [0]);
    const simple = items.length === 1 && (items[0] instanceof z.ZodString || items[0] instanceof z.ZodEnum);
    return simple ? `a list, each ${formText(items[0] as z.ZodType)}` : 'a list';
  }
  if (form instanceof z.ZodTuple) return 'a list of two';
  if (form instanceof z.ZodRecord) return 'a mapping of names to what they have';
  const keys = keysOf([form]);
  return keys === undefined ? 'something else' : `a mapping (${keys.join(', ')})`;
}

export function formsText(forms: readonly z.ZodType[]): string {
  return [...new Set(forms.map(formText))].join(', or ');
}

/** What a pattern's own message says it wants. */
function patternText(form: z.ZodString): string | undefined {
  for (const check of form.def.checks ?? []) {
    const told = check._zod.def.error?.({ code: 'invalid_format', input: '', path: [] } as never);
    const text = typeof told === 'string' ? told : told?.message;
    if (text?.startsWith('wants ')) return text.slice('wants '.length);
  }
  return undefined;
}

function numberText({ minValue, maxValue, format }: z.ZodNumber): string {
  const kind = format === null ? 'a number' : 'a whole number';
  const least = minValue !== null && minValue > Number.MIN_SAFE_INTEGER ? minValue : undefined;
  const most = maxValue !== null && maxValue < Number.MAX_SAFE_INTEGER ? maxValue : undefined;
  if (least !== undefined && most !== undefined) return `${kind} from ${least} to ${most}`;
  if (least !== undefined) return `${kind}, ${least} or more`;
  return most === undefined ? kind : `${kind}, ${most} at most`;
}

function below(form: z.ZodType, part: string | number): z.ZodType[] {
  if (form instanceof z.ZodObject) {
    return Object.hasOwn(form.shape, part) ? [form.shape[part] as z.ZodType] : [];
  }
  if (form instanceof z.ZodRecord) return [form.valueType as z.ZodType];
  if (form instanceof z.ZodArray) return [form.element as z.ZodType];
  if (form instanceof z.ZodTuple)
    return [form.def.items[Number(part)] as z.ZodType].filter((each) => each !== undefined);
  return [];
}

/** What is written, without what says that it may be absent and what is made of it. */
function branches(schema: z.ZodType): z.ZodType[] {
  if (schema instanceof z.ZodOptional) return branches(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodPipe) return branches(schema.in as z.ZodType);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((each) => branches(each as z.ZodType));
  return [schema];
}
