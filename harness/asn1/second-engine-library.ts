import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/**
 * The library of the second engine, loaded when a value first passes through it: it takes longer to load than all of
 * our declarations. It is CommonJS, so that whoever imports it gets this same instance.
 */
export const library = {
  get schema(): typeof import('@peculiar/asn1-schema') {
    return keep(this, 'schema', require('@peculiar/asn1-schema'));
  },
  get asn1js(): typeof import('asn1js') {
    return keep(this, 'asn1js', require('asn1js'));
  },
};

function keep<T>(holder: object, name: string, value: T): T {
  Object.defineProperty(holder, name, { value });
  return value;
}
