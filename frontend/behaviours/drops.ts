import { on } from "./events";

/** File drop zones: the whole zone is the file input; this only shows what was picked and that a file hovers. */
export function startDrops(): void {
  on("change", ".drop input[type=file]", (input) => {
    const picked = input.closest(".drop")?.querySelector("[data-picked]");
    const files = [...((input as HTMLInputElement).files ?? [])];
    if (picked) picked.textContent = files.map((file) => `${file.name} (${fileSize(file.size)})`).join(", ");
  });
  on("dragover", ".drop", (zone) => zone.classList.add("over"));
  for (const end of ["dragleave", "drop"]) on(end, ".drop", (zone) => zone.classList.remove("over"));
}

/** Bytes as people say them: "812 B", "3.4 kB", "12 MB". */
export function fileSize(bytes: number): string {
  const units = ["B", "kB", "MB", "GB"];
  let size = bytes;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${size >= 10 || unit === 0 ? Math.round(size) : Math.round(size * 10) / 10} ${units[unit]}`;
}
