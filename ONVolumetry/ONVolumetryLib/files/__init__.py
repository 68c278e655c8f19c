"""Cases, images and segmentations on disk. Everything here speaks RAS and mm; LPS ends at this border."""
