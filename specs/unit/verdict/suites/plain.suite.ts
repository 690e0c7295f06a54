describe('a suite that knows nothing of cases', () => {
  it('has no verdict', () => {});
});
