// Saves bytes as a file on this device.

/** Offers a blob as a download under this name. */
export function saveFile(blob: Blob, fileName: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  // Control and direction signs have no place in a file name: "exe.txt" must not read as "txt.exe".
  link.download = fileName.replace(/[\p{Cc}\p{Cf}/\\:*?"<>|]/gu, "_") || "document";
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
