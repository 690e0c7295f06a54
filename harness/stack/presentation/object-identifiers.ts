/** Basic encoding rules, the transfer syntax of every context of P1. X.690 clause 8. */
export const BER_TRANSFER_SYNTAX = '2.1.1';
