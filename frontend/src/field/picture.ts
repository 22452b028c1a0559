/** A photograph made small enough to travel; what its camera wrote into it stays behind. */

const LONGEST_PX = 2048;
const QUALITY = 0.85;

/** A JPEG of at most 2048 pixels a side; a picture that this browser cannot read goes as it is. */
export async function smaller(file: File): Promise<Blob> {
  try {
    const image = await createImageBitmap(file);
    const scale = Math.min(1, LONGEST_PX / Math.max(image.width, image.height));
    const canvas = new OffscreenCanvas(Math.max(1, Math.round(image.width * scale)), Math.max(1, Math.round(image.height * scale)));
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    image.close();
    return await canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
  } catch {
    return file;
  }
}
