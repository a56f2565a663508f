/** The texts of downloads. */
export const downloadText = {
  download: 'Download',
  formats: { csv: 'CSV', xlsx: 'Excel (XLSX)', ndjson: 'NDJSON', html: 'HTML' },
  begun: 'The download has begun.',
  progress: (bytes: number) => `${(bytes / 1024 / 1024).toLocaleString(undefined, { maximumFractionDigits: 1 })} MB`,
  saved: (name: string) => `Saved ${name}`,
  large: 'This file is large, and this browser keeps it in memory.',
  cancelled: 'Cancelled. No file was written.',
  failed: (message: string) => `The download broke off, and no file was written. ${message}`,
  cancel: 'Cancel',
};
