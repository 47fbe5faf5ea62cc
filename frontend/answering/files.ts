import type { Model } from "survey-core";

type Data = Record<string, unknown>;
const MOST_BYTES = 4 * 1024 * 1024; // of all files of an answer; the server holds to it
const LARGE = 1024 * 1024; // pictures above it are made smaller
const LONGEST_SIDE = 2000; // pixels

/**
 * Files travel inside the answer. A photo from a phone is made smaller here first, upright and without the place, time and camera that it
 * says beside the picture.
 */
export function takeFiles(model: Model): void {
  for (const question of model.getAllQuestions()) {
    if (question.getType() !== "file") continue;
    question["storeDataAsText"] = false; // what is uploaded below is put into the answer all the same
    question["maxSize"] = 0; // a large photo is fine, it is made smaller
    question["acceptedTypes"] ||= ".png,.jpg,.jpeg,.pdf,.txt";
  }
  model.onUploadFiles.add((_, options) => {
    Promise.all(options.files.map(taken)).then(
      (contents) => options.callback(contents.map((content, n) => ({ file: options.files[n], content }))),
      (error: unknown) => options.callback([], [error instanceof Error ? error.message : String(error)]),
    );
  });
  model.onClearFiles.add((_, options) => options.callback("success"));
}

/** SurveyJS names its labels that open files by an attribute which ARIA forbids on them; it belongs to what they open. */
export function nameLabels(place: HTMLElement): void {
  const name = (): void => {
    for (const label of place.querySelectorAll<HTMLLabelElement>("label.sd-file__choose-btn[aria-label]")) {
      label.control?.setAttribute("aria-label", label.getAttribute("aria-label") ?? "");
      label.removeAttribute("aria-label");
    }
  };
  new MutationObserver(name).observe(place, { childList: true, subtree: true });
}

/** The answers so far without files that the server does not have yet: they go once, with the whole. */
export function withoutNewFiles(model: Model): Data {
  const data = { ...(model.data as Data) };
  for (const question of model.getAllQuestions()) {
    const files = data[question.name];
    if (question.getType() !== "file" || !Array.isArray(files)) continue;
    const kept = (files as Data[]).filter((file) => !("content" in file));
    if (kept.length) data[question.name] = kept;
    else delete data[question.name];
  }
  return data;
}

async function taken(file: File): Promise<string> {
  const isPicture = /^image\/(jpeg|png|webp|heic|heif)$/.test(file.type);
  const content = isPicture && (file.size > LARGE || file.type !== "image/png") ? await smaller(file).catch(() => file) : file;
  if (content.size > MOST_BYTES) throw new Error(`${file.name}: > 4 MB`);
  return asAddress(content);
}

async function smaller(file: File): Promise<Blob> {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", 0.85));
  if (!blob) throw new Error("no picture");
  return blob;
}

function asAddress(content: Blob): Promise<string> {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result as string);
    reader.onerror = () => failed(reader.error ?? new Error("unreadable"));
    reader.readAsDataURL(content);
  });
}
