/** ACSE's abstract syntax, version 1. X.227 9.2. */
export const ACSE_ABSTRACT_SYNTAX = '2.2.1.0.1';
/** Basic encoding rules. X.690 8. */
export const BER_TRANSFER_SYNTAX = '2.1.1';
