/// CRC-16/IBM-3740 (polynomial `0x1021`, from `0xFFFF`), bit by bit: a snapshot is seldom taken, and a table would cost
/// 512 bytes of flash.
///
/// It sees every change within 16 bits that stand together; and every three changed bits up to 4 095 bytes.
pub(super) fn crc16(bytes: impl IntoIterator<Item = u8>) -> u16 {
    bytes.into_iter().fold(0xFFFF, |crc, byte| {
        (0..8).fold(crc ^ u16::from(byte) << 8, |crc, _| if crc & 0x8000 == 0 { crc << 1 } else { crc << 1 ^ 0x1021 })
    })
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_check_value_is_the_published_one() {
        assert_eq!(crc16(*b"123456789"), 0x29B1);
    }

    proptest! {
        #[test]
        fn it_agrees_with_an_independent_implementation(bytes: Vec<u8>) {
            prop_assert_eq!(crc16(bytes.iter().copied()), crc::Crc::<u16>::new(&crc::CRC_16_IBM_3740).checksum(&bytes));
        }
    }
}
