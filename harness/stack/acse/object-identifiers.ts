/** ACSE's abstract syntax, version 1. X.227 9.2. */
export const ACSE_ABSTRACT_SYNTAX = '2.2.1.0.1';
