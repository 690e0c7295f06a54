import { expect } from 'chai';
import { VirtualClock } from '../../../harness/link/clock.js';

describe('the virtual clock', () => {
  it('runs timers in the order of their times, and of their setting where those are the same', () => {
    const clock = new VirtualClock(100);
    const ran: string[] = [];
    clock.setTimer(300, () => ran.push(`c ${clock.now()}`));
    clock.setTimer(200, () => ran.push(`a ${clock.now()}`));
    clock.setTimer(200, () => ran.push(`b ${clock.now()}`));
    clock.setTimer(50, () => ran.push(`past ${clock.now()}`));
    clock.advanceTo(250);
    expect(ran).to.deep.equal(['past 100', 'a 200', 'b 200']);
    expect([clock.now(), clock.nextTimer]).to.deep.equal([250, 300]);
  });

  it('runs what a timer sets on the way, and nothing that was cancelled', () => {
    const clock = new VirtualClock();
    const ran: number[] = [];
    const cancel = clock.setTimer(15, () => ran.push(15));
    clock.setTimer(10, () => {
      cancel();
      clock.setTimer(20, () => ran.push(20));
    });
    clock.advanceTo(30);
    expect(ran).to.deep.equal([20]);
  });

  it('goes a day in no time, and stops where timers go on for ever', () => {
    const clock = new VirtualClock();
    const again = () => {
      clock.setTimer(clock.now() + 600_000, again);
    };
    again();
    expect(clock.runUntilIdle(144)).to.equal(144);
    expect(clock.now()).to.equal(86_400_000);
  });
});
