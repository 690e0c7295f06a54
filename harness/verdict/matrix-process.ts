import { matrixCell } from './matrix-cell.js';
import { type MatrixAnswer, type MatrixOrder, packedError } from './matrix-crew.js';

// A process of the matrix's crew: an order comes, its conversation is held, the cell goes back.

// An interrupt from the keyboard comes to all processes of the terminal, and is the first one's to deal with.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit());
process.on('message', (order) => void answer(order as MatrixOrder));

async function answer({ number, pair, options }: MatrixOrder): Promise<void> {
  tell(
    await matrixCell(pair, options).then(
      (cell) => ({ number, cell }),
      (error: unknown) => ({ number, error: packedError(error) }),
    ),
  );
}

function tell(message: MatrixAnswer): void {
  // Where nobody listens any more, `disconnect` says so.
  process.send?.(message, undefined, undefined, () => {});
}
