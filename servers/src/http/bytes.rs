//! Which bytes may stand where: the grammar's classes of bytes, one table each.
//!
//! Every byte of a request line and of a host is looked up. A table answers with one load, whatever the
//! class is made of.

/// A set of bytes.
pub(super) struct ByteClass([bool; 256]);

/// Of which methods are made (RFC 9110, section 5.6.2).
pub(super) static TOKEN: ByteClass = ByteClass::letters_digits_and(b"!#$%&'*+-.^_`|~");

/// Of which a registered name or an IPv4 address is made, where it is not percent-encoded (RFC 3986,
/// section 3.2.2).
pub(super) static HOST: ByteClass = ByteClass::letters_digits_and(b"-._~!$&'()*+,;=");

/// Of which a path is made, as far as we judge: visible ASCII, but for `?`, which ends it, and for `#`,
/// since a fragment belongs to the client alone.
pub(super) static PATH: ByteClass = ByteClass::letters_digits_and(b"!\"$%&'()*+,-./:;<=>@[\\]^_`{|}~");

/// The same for what stands behind the `?`, in which there may be more of them.
pub(super) static QUERY: ByteClass = ByteClass::letters_digits_and(b"!\"$%&'()*+,-./:;<=>?@[\\]^_`{|}~");

impl ByteClass {
    const fn letters_digits_and(others: &[u8]) -> ByteClass {
        let mut table = [false; 256];
        let mut byte = 0;
        while byte < 128_u8 {
            table[byte as usize] = byte.is_ascii_alphanumeric();
            byte += 1;
        }
        let mut which = 0;
        while which < others.len() {
            table[others[which] as usize] = true;
            which += 1;
        }
        ByteClass(table)
    }

    /// Whether the byte is in it.
    pub(super) fn has(&self, byte: u8) -> bool {
        self.0[usize::from(byte)]
    }

    /// Whether all of them are.
    pub(super) fn has_all(&self, bytes: &[u8]) -> bool {
        self.span(bytes) == bytes.len()
    }

    /// How many of the first bytes are, up to one that is not.
    // Called and not inlined: in the middle of a long function, the loop would have no register left.
    #[inline(never)]
    pub(super) fn span(&self, bytes: &[u8]) -> usize {
        bytes.iter().position(|&byte| !self.has(byte)).unwrap_or(bytes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_hold_what_the_grammar_says() {
        for byte in 0..=255_u8 {
            let plain = byte.is_ascii_alphanumeric();
            assert_eq!(QUERY.has(byte), byte.is_ascii_graphic() && byte != b'#', "{byte}");
            assert_eq!(PATH.has(byte), QUERY.has(byte) && byte != b'?', "{byte}");
            assert_eq!(TOKEN.has(byte), plain || b"!#$%&'*+-.^_`|~".contains(&byte), "{byte}");
            assert_eq!(HOST.has(byte), plain || b"-._~!$&'()*+,;=".contains(&byte), "{byte}");
        }
        assert!(TOKEN.has_all(b"GET") && !TOKEN.has_all(b"G T") && TOKEN.has_all(b""));
        assert_eq!((TOKEN.span(b"G T"), TOKEN.span(b" GT"), TOKEN.span(b"GT")), (1, 0, 2));
    }
}
