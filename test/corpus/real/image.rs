//@ image = { version = "0.24", default-features = false, features = ["png", "jpeg", "gif", "bmp"] }
use image::{imageops, ImageFormat, Rgb, RgbImage};
use std::io::Cursor;

pub fn run(n: u64) -> u64 {
    let side = n as u32 * 4;
    let picture = RgbImage::from_fn(side, side, |x, y| Rgb([x as u8, y as u8, (x ^ y) as u8]));
    let small = imageops::resize(&picture, side / 3, side / 2, imageops::FilterType::Lanczos3);
    let mut sum = 0;
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Bmp] {
        let mut file = Cursor::new(Vec::new());
        small.write_to(&mut file, format).unwrap();
        let back = image::load_from_memory(file.get_ref()).unwrap().to_luma8();
        sum += file.get_ref().len() as u64 + back.pixels().map(|pixel| pixel.0[0] as u64).sum::<u64>();
    }
    sum
}
