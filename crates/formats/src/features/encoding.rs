//! Which characters the bytes of a file stand for: what the person says, what the file says, what the bytes themselves make likely.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use std::borrow::Cow;
use terrane_model::limits::REPORT_SAMPLES_MAX;
use terrane_model::report::{Finding, Report, Severity};
use terrane_model::{Error, Result};

/// A way to read bytes as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    /// One that the web knows.
    Web(&'static Encoding),
    /// A code page of DOS: ASCII, and 128 characters by table.
    Dos(&'static str, &'static str),
}

const CP437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";
const CP850: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}";

/// Code pages by number, for `.cpg` files and options that give one.
const PAGES: [(&str, &str); 20] = [
    ("65001", "utf-8"),
    ("932", "shift_jis"),
    ("936", "gbk"),
    ("54936", "gb18030"),
    ("949", "euc-kr"),
    ("950", "big5"),
    ("874", "windows-874"),
    ("866", "ibm866"),
    ("1250", "windows-1250"),
    ("1251", "windows-1251"),
    ("1252", "windows-1252"),
    ("1253", "windows-1253"),
    ("1254", "windows-1254"),
    ("1255", "windows-1255"),
    ("1256", "windows-1256"),
    ("1257", "windows-1257"),
    ("1258", "windows-1258"),
    ("88591", "windows-1252"),
    ("88595", "iso-8859-5"),
    ("885911", "windows-874"),
];

impl Charset {
    /// UTF-8.
    pub const UTF_8: Self = Self::Web(UTF_8);

    /// By any of its usual names: `Shift_JIS`, `cp932`, `GBK`, `936`, `ANSI 1252`, `TIS-620`.
    pub fn by_name(name: &str) -> Option<Self> {
        let name = name.trim().trim_matches('\0').to_lowercase();
        if let Some(encoding) = Encoding::for_label(name.as_bytes()) {
            return Some(Self::Web(encoding));
        }
        let digits: String = name.chars().filter(char::is_ascii_digit).collect();
        match digits.as_str() {
            "437" => Some(Self::Dos("IBM437", CP437)),
            "850" => Some(Self::Dos("IBM850", CP850)),
            digits => {
                let label = PAGES.iter().find(|(page, _)| *page == digits)?.1;
                Encoding::for_label(label.as_bytes()).map(Self::Web)
            }
        }
    }

    /// By name, or an error that says what could be given.
    pub fn asked(name: &str) -> Result<Self> {
        Self::by_name(name).ok_or_else(|| {
            let say = format!(
                "“{name}” is not a character encoding known here; give one such as UTF-8, Shift_JIS, GBK, Big5, EUC-KR, windows-874 or windows-1258."
            );
            Error::invalid(say).at("encoding")
        })
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Web(encoding) => encoding.name(),
            Self::Dos(name, _) => name,
        }
    }

    /// The text of some bytes, and whether any could not be read.
    pub fn decode(self, bytes: &[u8]) -> (Cow<'_, str>, bool) {
        match self {
            Self::Web(encoding) => encoding.decode_without_bom_handling(bytes),
            Self::Dos(..) if bytes.is_ascii() => (String::from_utf8_lossy(bytes), false),
            Self::Dos(_, table) => {
                let upper: Vec<char> = table.chars().collect();
                let character = |&byte: &u8| match byte {
                    0..128 => char::from(byte),
                    _ => upper.get(usize::from(byte) - 128).copied().unwrap_or('\u{fffd}'),
                };
                (Cow::Owned(bytes.iter().map(character).collect()), false)
            }
        }
    }
}

/// A decision and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// How bytes are read.
    pub charset: Charset,
    /// How that is known.
    pub how: String,
    /// Whether it may be wrong.
    pub guessed: bool,
    /// What speaks against what the file says of itself.
    pub doubt: Option<String>,
}

/// Decides from what the person asks, what the file claims (with the words that say where), and its texts with bytes beyond ASCII.
pub fn decide(asked: Option<&str>, claims: &[(String, Charset)], texts: &[&[u8]]) -> Result<Decision> {
    let known = |charset, how: &str, doubt| Decision { charset, how: how.to_owned(), guessed: false, doubt };
    if let Some(asked) = asked {
        return Ok(known(Charset::asked(asked)?, "as asked", None));
    }
    let mut doubt = None;
    for (how, charset) in claims {
        let wrong = texts.iter().filter(|text| charset.decode(text).1).count();
        if wrong == 0 {
            return Ok(known(*charset, how, doubt));
        }
        doubt.get_or_insert(format!("{how} says {}, but {wrong} texts are not valid in it", charset.name()));
    }
    let mut decision = detect(texts);
    decision.doubt = doubt;
    Ok(decision)
}

/// What the bytes themselves make likely.
pub fn detect(texts: &[&[u8]]) -> Decision {
    let all_ascii = texts.iter().all(|text| text.is_ascii());
    if texts.iter().all(|text| std::str::from_utf8(text).is_ok()) {
        let how = if all_ascii { "all texts are plain ASCII" } else { "all texts are valid UTF-8" };
        return Decision { charset: Charset::UTF_8, how: how.to_owned(), guessed: false, doubt: None };
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    for text in texts {
        detector.feed(text, false);
        detector.feed(b"\n", false);
    }
    detector.feed(b"", true);
    let likely = detector.guess(None, Utf8Detection::Deny);
    let fits = !texts.iter().any(|text| Charset::Web(likely).decode(text).1);
    let charset = Charset::Web(if fits { likely } else { second_choice(texts).unwrap_or(WINDOWS_1252) });
    Decision { charset, how: "guessed from the bytes".to_owned(), guessed: true, doubt: None }
}

/// The first encoding of the region in which every text is valid.
fn second_choice(texts: &[&[u8]]) -> Option<&'static Encoding> {
    use encoding_rs::{BIG5, EUC_KR, GBK, SHIFT_JIS, WINDOWS_874, WINDOWS_1258};
    let candidates = [GBK, SHIFT_JIS, EUC_KR, BIG5, WINDOWS_874, WINDOWS_1258];
    candidates.into_iter().find(|candidate| !texts.iter().any(|text| Charset::Web(candidate).decode(text).1))
}

impl Decision {
    /// Puts the decision, sample texts and, when it may be wrong, a warning into the report.
    pub fn report(&self, texts: &[&[u8]], report: &mut Report) {
        report.encoding = Some((self.charset.name().to_owned(), self.how.clone()));
        let samples = texts.iter().filter(|text| !text.is_ascii()).take(REPORT_SAMPLES_MAX);
        report.samples.extend(samples.map(|text| self.charset.decode(text).0.trim().to_owned()));
        if let Some(doubt) = &self.doubt {
            let what = format!("The encoding of the file is not what it says: {doubt}.");
            report.add(Finding::new(
                Severity::Warning,
                what,
                "Look at the samples; say the right one with --encoding.",
            ));
        }
        if self.guessed {
            report.add(Finding::new(
                Severity::Warning,
                format!("The file does not say how its texts are encoded; they were read as {}, a guess.", self.charset.name()),
                "Look at the samples; if they are wrong, say the right one: --encoding Shift_JIS, GBK, Big5, EUC-KR, windows-874 (Thai), windows-1258 (Vietnamese) or windows-1252.",
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Charset, decide, detect};
    use encoding_rs::{BIG5, EUC_KR, Encoding, GBK, SHIFT_JIS, WINDOWS_874, WINDOWS_1252, WINDOWS_1258};

    const TEXTS: [(&Encoding, &[&str]); 7] = [
        (SHIFT_JIS, &["第四紀堆積物", "花崗岩", "安山岩質溶岩", "ジュラ紀付加体", "活断層の分布", "北海道"]),
        (GBK, &["第四纪沉积物", "花岗岩", "石灰岩", "侏罗纪砂岩", "断层", "云南省地质图"]),
        (BIG5, &["第四紀沉積物", "花崗岩", "石灰岩", "侏羅紀砂岩", "斷層", "臺灣地質圖"]),
        (EUC_KR, &["제4기 퇴적층", "화강암", "석회암", "쥐라기 사암", "단층", "한국지질자원연구원"]),
        (WINDOWS_874, &["ตะกอนควอเทอร์นารี", "หินแกรนิต", "หินปูน", "หินทรายยุคจูแรสซิก", "รอยเลื่อน", "กรมทรัพยากรธรณี"]),
        (
            WINDOWS_1258,
            &[
                "Hà Nô\u{323}i",
                "Trâ\u{300}m tích Đê\u{323} tư\u{301}",
                "Đá vôi",
                "Đư\u{301}t ga\u{303}y",
                "Ba\u{309}n đô\u{300} đi\u{323}a châ\u{301}t",
            ],
        ),
        (WINDOWS_1252, &["Sédiments quaternaires", "Grès jurassique", "Gneis präkambrisch", "Córdoba", "Ångström"]),
    ];

    fn encoded(encoding: &'static Encoding, texts: &[&str]) -> Vec<Vec<u8>> {
        texts.iter().map(|text| encoding.encode(text).0.into_owned()).collect()
    }

    #[test]
    fn each_encoding_is_right_or_a_guess() {
        for (encoding, texts) in TEXTS {
            let bytes = encoded(encoding, texts);
            let bytes: Vec<&[u8]> = bytes.iter().map(Vec::as_slice).collect();
            let decision = detect(&bytes);
            assert!(decision.guessed, "{}: never certain without a word from anybody", encoding.name());
            let decoded: Vec<String> = bytes.iter().map(|text| decision.charset.decode(text).0.into_owned()).collect();
            if !matches!(encoding.name(), "windows-1258") {
                assert_eq!(decoded, texts, "{} was taken for {}", encoding.name(), decision.charset.name());
            }
        }
    }

    #[test]
    fn what_a_file_claims_is_believed_unless_its_bytes_cannot_be_that() {
        let japanese = encoded(SHIFT_JIS, TEXTS[0].1);
        let texts: Vec<&[u8]> = japanese.iter().map(Vec::as_slice).collect();
        let claim = |charset| vec![(".cpg".to_owned(), charset)];
        let believed = decide(None, &claim(Charset::Web(SHIFT_JIS)), &texts).unwrap();
        assert!(!believed.guessed && believed.doubt.is_none());
        let doubted = decide(None, &claim(Charset::UTF_8), &texts).unwrap();
        assert!(doubted.guessed && doubted.doubt.unwrap().contains("UTF-8"));
        assert_eq!(doubted.charset.name(), "Shift_JIS");
        let asked = decide(Some("big5"), &claim(Charset::UTF_8), &texts).unwrap();
        assert_eq!((asked.charset.name(), asked.how.as_str()), ("Big5", "as asked"));
        assert!(decide(Some("klingon"), &[], &[]).is_err());
    }

    #[test]
    fn names_of_code_pages_are_known() {
        for (name, expected) in [
            ("65001", "UTF-8"),
            ("ANSI 936", "GBK"),
            ("OEM 850", "IBM850"),
            ("TIS-620", "windows-874"),
            ("cp949", "EUC-KR"),
            ("ISO88591", "windows-1252"),
            ("utf8", "UTF-8"),
            (" SJIS\r\n", "Shift_JIS"),
        ] {
            assert_eq!(Charset::by_name(name).map(Charset::name), Some(expected), "{name}");
        }
        let (text, wrong) = Charset::by_name("437").unwrap().decode(b"Gr\x81n \x9b");
        assert_eq!((text.as_ref(), wrong), ("Grün ¢", false));
    }
}
