"""Writes texts in the encodings that surveys have, by Python's codecs: python3 make_texts.py

For each language and length: NAME.utf-8.txt as it should be read, and NAME.<codec>.txt for each encoding, one text a line.
Names of geological units and places; own work, CC0.
"""
import unicodedata

WORDS = {
    "ja": (["shift_jis", "cp932"], """第四紀堆積物|花崗岩|安山岩質溶岩|ジュラ紀付加体|活断層の分布|北海道|完新世の湖成層|チャート及び砂岩泥岩互層|
領家変成岩類|石灰岩|火砕流堆積物|新第三紀中新世|断層角礫|海成段丘 (MIS 5e)|玄武岩岩脈 dyke-3|木曽川|蛇紋岩メランジュ|トーナル岩|三波川帯|黒雲母片岩"""),
    "zh-Hans": (["gbk", "gb18030"], """第四纪沉积物|花岗岩|石灰岩|侏罗纪砂岩|断层|云南省地质图|早二叠世玄武岩|全新统冲积层|泥质板岩夹千枚岩|寒武系灰岩|
青藏高原|火山碎屑岩|区域变质作用|中生代侵入岩|钻孔 ZK-12|活动断裂带|白云质灰岩|滑坡体|长江中下游|黑云母片麻岩"""),
    "zh-Hant": (["big5", "cp950"], """第四紀沉積物|花崗岩|石灰岩|侏羅紀砂岩|斷層|臺灣地質圖|大南澳片岩|全新世沖積層|安山岩質火山碎屑岩|蓬萊造山運動|
中央山脈|板岩夾變質砂岩|海岸山脈 (East)|利吉混同層|珊瑚礁石灰岩|階地堆積層|車籠埔斷層|鑽孔 BH-7|黑色片岩|綠色片岩"""),
    "ko": (["euc_kr", "cp949"], """제4기 퇴적층|화강암|석회암|쥐라기 사암|단층|한국지질자원연구원|경상누층군|백악기 응회암|선캄브리아기 편마암|충적층|
현무암질 용암류|양산단층대|대보화강암|옥천변성대|평안누층군|흑색 셰일|각섬암 (Amph.)|시추공 BH-3|조선누층군 막골층|제주도 조면암"""),
    "th": (["tis_620", "cp874"], """ตะกอนควอเทอร์นารี|หินแกรนิต|หินปูน|หินทรายยุคจูแรสซิก|รอยเลื่อน|กรมทรัพยากรธรณี|หมวดหินพระวิหาร|กลุ่มหินโคราช|
ชั้นหินกรวดมน|หินบะซอลต์|ตะกอนน้ำพา|รอยเลื่อนแม่ปิง|หินแปรเกรดสูง|หินภูเขาไฟ (Tuff)|หลุมเจาะ DH-9|เชียงใหม่|หินดินดานสีเทาดำ|ยุคครีเทเชียส|หินไนส์|แอ่งเจ้าพระยา"""),
    "vi": (["cp1258"], """Trầm tích Đệ tứ|Đá vôi|Đứt gãy|Bản đồ địa chất|Hà Nội|Đá hoa cương|Hệ tầng Đồng Trầu|Đá phiến sét|Cát kết kỷ Jura|Phức hệ Điện Biên|
Tuổi Đệ tam|Lỗ khoan LK-5|Đới đứt gãy Sông Hồng|Bazan Tây Nguyên|Trượt lở đất|Đá biến chất|Hệ tầng Sông Hiến|Cuội kết|Thềm biển|Đá gơnai"""),
    "fr": (["cp1252", "latin_1"], """Sédiments quaternaires|Grès jurassique|Calcaire crétacé|Dépôts éoliens|Forêt de Fontainebleau|Granite à biotite|Schiste métamorphique|
Brèche volcanique|Péridotite serpentinisée|Coulée basaltique récente|Faille présumée|Région de l'Himalaya|Dévonien inférieur|Carboniférien|Éboulis|Âge indéterminé|
Aven-Orgnac (karst)|Série détritique rouge|Conglomérat à galets|Molasse oligocène"""),
}
TONES = {"\u0300", "\u0309", "\u0303", "\u0301", "\u0323"}


def for_1258(text):
    """Tones as marks of their own, the rest of a letter composed: the only way that windows-1258 can write."""
    out = ""
    for letter in unicodedata.normalize("NFC", text):
        try:
            letter.encode("cp1258")
            out += letter
        except UnicodeEncodeError:
            parts = unicodedata.normalize("NFD", letter)
            out += unicodedata.normalize("NFC", "".join(c for c in parts if c not in TONES))
            out += "".join(c for c in parts if c in TONES)
    return out


for language, (codecs, words) in WORDS.items():
    words = [word.strip() for word in words.replace("\n", "").split("|")]
    if language == "vi":
        words = [for_1258(word) for word in words]
    for length, some in (("short", words[1:3]), ("long", words)):
        for codec in ["utf-8", *codecs]:
            data = b"".join(word.encode(codec) + b"\n" for word in some)
            open(f"{language}-{length}.{codec}.txt", "wb").write(data)
