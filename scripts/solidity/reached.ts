// How contracts that were written anew tell which of their parts a test reached: by a call to an address at which Hardhat's
// engine listens when it counts coverage. To everybody else the call is nothing.

/** Solidity that tells a number. It needs a function that may at least view. */
export function tellReached(id: number): string {
  return (
    `assembly ("memory-safe") { let told := mload(0x40) mstore(told, ${id}) ` +
    `pop(staticcall(gas(), 0xc0bEc0BEc0BeC0bEC0beC0bEC0bEC0beC0beC0BE, told, 32, 0, 0)) }`
  );
}
