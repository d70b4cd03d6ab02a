//! Which characters the bytes of a file stand for: what the person says, what the file says, what the bytes themselves make likely.

use super::likely;
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

/// The encoding that a byte order mark, or zeros in every other byte, are a sign of.
pub fn of_first_bytes(head: &[u8]) -> Option<Charset> {
    super::transcode::by_first_bytes(head).map(|(charset, _)| charset)
}

/// A decision and why.
///
/// # When a file is read and when a person is asked
///
/// 1. What the person says (`--encoding`) holds; bytes that are not valid in it are told.
/// 2. Bytes that are all ASCII, or valid UTF-8 beyond it, are UTF-8: other encodings hardly ever look like that. When the file claims
///    another encoding, that is told.
/// 3. What the file claims (a `.cpg`, the language driver of a `.dbf`) holds when the bytes are valid in it and no other encoding is
///    [`CERTAIN`] times likelier; else it is in doubt and the person is asked.
/// 4. Without a claim, the bytes decide when one encoding is [`CERTAIN`] times likelier than any that would read them differently, and
///    the detector of browsers says the same; this is told, with samples. Else the person is asked.
///
/// To ask is to refuse the data with a finding that names the option, the likely encodings, and what texts become in each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// How bytes are read.
    pub charset: Charset,
    /// How that is known.
    pub how: String,
    /// Whether it is known from the bytes alone.
    pub guessed: bool,
    /// What speaks against what the file or the person says.
    pub doubt: Option<String>,
    /// Encodings of which a person must choose one, the likeliest first; empty when the bytes are read.
    pub choices: Vec<Charset>,
}

/// The difference of logarithms from which one encoding is certain: a million times likelier.
const CERTAIN: f64 = 14.0;
/// A reading that is less likely than the best by more is not offered.
const OFFERED: f64 = 30.0;
/// Texts shown for each encoding that may be meant.
const CHOICE_SAMPLES: usize = 3;
/// Characters of such a text.
const CHOICE_CHARACTERS: usize = 24;

impl Decision {
    /// A decision that nothing speaks against.
    pub fn known(charset: Charset, how: impl Into<String>) -> Self {
        Self { charset, how: how.into(), guessed: false, doubt: None, choices: Vec::new() }
    }
}

/// Decides from what the person asks, what the file claims (with the words that say where), and its texts with bytes beyond ASCII.
pub fn decide(asked: Option<&str>, claims: &[(String, Charset)], texts: &[&[u8]]) -> Result<Decision> {
    if let Some(asked) = asked {
        let charset = Charset::asked(asked)?;
        let wrong = invalid(charset, texts);
        let doubt =
            (wrong > 0).then(|| format!("--encoding says {}, but {wrong} texts are not valid in it", charset.name()));
        return Ok(Decision { doubt, ..Decision::known(charset, "as asked") });
    }
    let mut doubt = None;
    for (how, charset) in claims {
        let wrong = invalid(*charset, texts);
        if wrong > 0 {
            doubt.get_or_insert(format!("{how} says {}, but {wrong} texts are not valid in it", charset.name()));
        } else if let Some((better, by)) = better_than(*charset, texts) {
            let say = format!("{how} says {}, but the texts look like {}", charset.name(), better.name());
            let believed = better == Charset::UTF_8 && by > CERTAIN;
            let choices = if believed { Vec::new() } else { vec![better, *charset] };
            let decision = Decision::known(better, "what the texts look like");
            return Ok(Decision { doubt: Some(say), guessed: true, choices, ..decision });
        } else {
            return Ok(Decision { doubt, ..Decision::known(*charset, how.clone()) });
        }
    }
    Ok(Decision { doubt, ..detect(texts) })
}

/// Texts that are not valid in an encoding.
fn invalid(charset: Charset, texts: &[&[u8]]) -> usize {
    texts.iter().filter(|text| likely::whole_part(charset, text).is_none()).count()
}

/// An encoding that is meant rather than the claimed one, and by how much it is likelier. Of UTF-8 any amount will do, since hardly
/// anything else is valid in it.
fn better_than(claimed: Charset, texts: &[&[u8]]) -> Option<(Charset, f64)> {
    if texts.is_empty() {
        return None;
    }
    let own = likely::likelihood(claimed, texts)?;
    let others = likely::CANDIDATES.into_iter().chain([Charset::UTF_8]).filter(|other| *other != claimed);
    let weighed = others.filter_map(|other| likely::likelihood(other, texts).map(|weight| (other, weight)));
    let (best, weight) = weighed.max_by(|a, b| a.1.total_cmp(&b.1))?;
    let least = if best == Charset::UTF_8 { 0.0 } else { CERTAIN };
    (weight - own > least && differs(best, claimed, texts)).then_some((best, weight - own))
}

/// Whether two encodings read some text differently.
fn differs(one: Charset, other: Charset, texts: &[&[u8]]) -> bool {
    texts.iter().any(|text| one.decode(text).0 != other.decode(text).0)
}

/// What the bytes themselves make likely.
pub fn detect(texts: &[&[u8]]) -> Decision {
    let all_ascii = texts.iter().all(|text| text.is_ascii());
    if texts.iter().all(|text| std::str::from_utf8(text).is_ok()) {
        let how = if all_ascii { "all texts are plain ASCII" } else { "all texts are valid UTF-8" };
        return Decision::known(Charset::UTF_8, how);
    }
    let said = detector(texts);
    let weighed = weigh(said, texts);
    let Some(&(best, weight)) = weighed.first() else {
        let decision = Decision::known(Charset::Web(WINDOWS_1252), "no encoding fits all texts");
        return Decision { guessed: true, choices: likely::CANDIDATES.to_vec(), ..decision };
    };
    let best = usual(best, &weighed, texts);
    let rival = weighed.iter().find(|(charset, _)| differs(best, *charset, texts));
    let clear = rival.is_none_or(|(_, other)| weight - other > CERTAIN);
    let agreed = said == best || !differs(said, best, texts);
    let offered = weighed.iter().filter(|(_, other)| weight - other < OFFERED).map(|(charset, _)| *charset);
    let choices =
        if clear && agreed { Vec::new() } else { distinct([best].into_iter().chain(offered).chain([said]), texts) };
    Decision { guessed: true, choices, ..Decision::known(best, "what the texts look like") }
}

/// The western encoding where it reads all texts as the best one does: then that is what they are in.
fn usual(best: Charset, weighed: &[(Charset, f64)], texts: &[&[u8]]) -> Charset {
    let western = Charset::Web(WINDOWS_1252);
    let fits = weighed.iter().any(|(charset, _)| *charset == western);
    if fits && !differs(best, western, texts) { western } else { best }
}

/// What the detector of browsers says.
fn detector(texts: &[&[u8]]) -> Charset {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    for text in texts {
        detector.feed(text, false);
        detector.feed(b"\n", false);
    }
    detector.feed(b"", true);
    Charset::Web(detector.guess(None, Utf8Detection::Deny))
}

/// Encodings in which all texts are valid, the likeliest first.
fn weigh(said: Charset, texts: &[&[u8]]) -> Vec<(Charset, f64)> {
    let more = std::iter::once(said).filter(|said| !likely::CANDIDATES.contains(said));
    let all = likely::CANDIDATES.into_iter().chain(more);
    let mut weighed: Vec<_> = all.filter_map(|charset| Some((charset, likely::likelihood(charset, texts)?))).collect();
    weighed.sort_by(|a, b| b.1.total_cmp(&a.1));
    weighed
}

/// Encodings that read the texts differently, in order.
fn distinct(charsets: impl Iterator<Item = Charset>, texts: &[&[u8]]) -> Vec<Charset> {
    let mut kept: Vec<Charset> = Vec::new();
    for charset in charsets {
        if invalid(charset, texts) == 0 && kept.iter().all(|known| differs(*known, charset, texts)) {
            kept.push(charset);
        }
    }
    kept
}

impl Decision {
    /// Puts the decision, sample texts and, when it may be wrong, a remark into the report.
    pub fn report(&self, texts: &[&[u8]], report: &mut Report) {
        report.encoding = Some((self.charset.name().to_owned(), self.how.clone()));
        let telling: Vec<&[u8]> = texts.iter().copied().filter(|text| !text.is_ascii()).collect();
        let samples = telling.iter().take(REPORT_SAMPLES_MAX);
        report.samples.extend(samples.map(|text| self.charset.decode(text).0.trim().to_owned()));
        let look = "Look at the samples; if they are wrong, say the right one with --encoding.";
        if !self.choices.is_empty() {
            return report.add(self.question(&telling));
        }
        if let Some(doubt) = &self.doubt {
            let what = format!("{doubt}; they were read as {}.", self.charset.name());
            report.add(Finding::new(Severity::Warning, capital(&what), look));
        } else if self.guessed {
            let what = format!(
                "The file does not say how its texts are encoded; they were read as {}, which they look like beyond doubt.",
                self.charset.name()
            );
            report.add(Finding::new(Severity::Warning, what, look));
        }
    }

    /// The refusal that asks a person to choose.
    fn question(&self, telling: &[&[u8]]) -> Finding {
        let why = match &self.doubt {
            Some(doubt) => format!("{}.", capital(doubt)),
            None => {
                "The file does not say how its texts are encoded, and they could be read in several ways.".to_owned()
            }
        };
        let readings: Vec<String> = self.choices.iter().map(|charset| reading(*charset, telling)).collect();
        let names: Vec<String> = self.choices.iter().map(|charset| format!("--encoding {}", charset.name())).collect();
        let remedy = format!("Choose the one that reads right: {}.", names.join(", or "));
        Finding::new(Severity::Refusal, format!("{why} {}", readings.join("; ")), remedy)
    }
}

/// A few texts as an encoding reads them: `GBK: “花岗岩”, “断层”`.
fn reading(charset: Charset, texts: &[&[u8]]) -> String {
    let short = |text: &&[u8]| {
        let decoded = charset.decode(text).0.trim().chars().take(CHOICE_CHARACTERS).collect::<String>();
        format!("“{}”", decoded.replace(char::is_control, "\u{fffd}"))
    };
    let samples: Vec<String> = texts.iter().take(CHOICE_SAMPLES).map(short).collect();
    format!("{}: {}", charset.name(), samples.join(", "))
}

/// With a capital letter at its beginning.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
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
            assert!(decision.guessed, "{}: never known without a word from anybody", encoding.name());
            let decoded: Vec<String> = bytes.iter().map(|text| decision.charset.decode(text).0.into_owned()).collect();
            let asked = decision.choices.contains(&Charset::Web(encoding));
            assert!(decoded == texts || asked, "{} was taken for {decision:?}", encoding.name());
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
