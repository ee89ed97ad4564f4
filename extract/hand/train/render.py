"""Draws lines of petition text in handwriting fonts and in digits of real pens,
spoils them as scanners and forms do, and packs them for `train prepare -cells`.

    render.py --fonts DIR --mnist DIR --members FILE --census DIR --out FILE \
        --lines 40000 --digits 12000 --seed 1 [--held-out | --watch]

--held-out draws only the five fonts, and the test digits, that no training line uses. --watch draws digits, and with --print fonts,
that neither training nor the test sets use, to choose between models by. --print draws type. --mild leaves out what
makes some lines illegible: pens that give out, blots, neighbours that hang in.
"""
import argparse, csv, glob, gzip, io, os, random, struct

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

HELD_OUT = ["handlee", "gochi-hand", "cedarville-cursive", "bad-script", "sue-ellen-francisco"]
# Scripts whose capitals nobody writes in a row: only mixed case.
SCRIPTS = {"alex-brush", "allura", "cookie", "damion", "dancing-script", "ephesis", "herr-von-muellerhoff",
           "homemade-apple", "licorice", "marck-script", "monsieur-la-doulaise", "sacramento", "satisfy", "vibur",
           "whisper", "yellowtail", "cedarville-cursive", "bad-script", "aguafina-script", "arizonia", "babylonica", "beth-ellen",
           "bilbo", "bilbo-swash-caps", "birthstone", "borel", "caramel", "charm", "charmonman", "clicker-script", "comforter",
           "comforter-brush", "dr-sugiyama", "dynalight", "engagement", "euphoria-script", "felipa", "fuggles", "gwendolyn", "hurricane",
           "inspiration", "island-moments", "italianno", "jim-nightshade", "kaushan-script", "kolker-brush", "la-belle-aurore",
           "league-script", "leckerli-one", "love-light", "lovers-quarrel", "luxurious-script", "mea-culpa", "meddon", "meie-script",
           "miss-fajardose", "molle", "montez", "moon-dance", "mr-bedfort", "mr-dafoe", "mr-de-haviland", "mrs-saint-delafield", "my-soul",
           "norican", "oooh-baby", "parisienne", "passions-conflict", "pacifico", "puppies-play", "qwigley", "redressed", "romanesco",
           "rouge-script", "ruge-boogie", "ruthie", "sassy-frass", "send-flowers", "smooch", "square-peg", "stalemate", "style-script",
           "the-nautigal", "twinkle-star", "vujahday-script", "water-brush", "waterfall", "windsong", "yesteryear", "courgette"}
RARE = {"herr-von-muellerhoff", "monsieur-la-doulaise", "licorice", "permanent-marker", "rock-salt", "liu-jian-mao-cao",
        "whisper", "alex-brush", "ephesis", "allura", "sacramento", "aguafina-script", "arizonia", "babylonica", "ballet", "bonbon", "borel",
        "caramel", "cause", "charmonman", "comforter", "comforter-brush", "cute-font", "dr-sugiyama", "dynalight", "eagle-lake", "engagement",
        "euphoria-script", "felipa", "fondamento", "gluten", "hurricane", "inspiration", "island-moments", "italianno", "jim-nightshade",
        "kaushan-script", "kings", "kolker-brush", "leckerli-one", "long-cang", "love-light", "lovers-quarrel", "luxurious-script",
        "ma-shan-zheng", "mea-culpa", "miss-fajardose", "molle", "moon-dance", "mr-bedfort", "mr-dafoe", "mrs-saint-delafield", "my-soul",
        "norican", "pacifico", "passions-conflict", "puppies-play", "romanesco", "ruge-boogie", "ruthie", "sassy-frass", "send-flowers",
        "smooch", "single-day", "splash", "style-script", "the-nautigal", "vujahday-script", "water-brush", "waterfall", "windsong",
        "yesteryear", "zhi-mang-xing", "averia-libre", "comic-neue", "gideon-roman", "ruluko", "meddon", "league-script", "courgette"}
SKIP = {"cabin-sketch", "londrina-sketch", "oi", "rubik-scribble", "dokdo", "nixie-one"}
# For telling print from handwriting; never read by the network.
PRINT = ["roboto", "open-sans", "arimo", "tinos", "courier-prime", "merriweather", "source-sans-3", "ibm-plex-sans", "noto-serif",
         "pt-serif", "cousine", "roboto-condensed", "crimson-text", "special-elite", "montserrat", "nunito", "work-sans",
         "libre-baskerville", "fira-sans", "noto-sans", "roboto-slab", "inconsolata", "bitter", "cabin", "karla", "source-serif-4", "vollkorn",
         "oswald", "dm-sans", "libre-franklin"]
PRINT_HELD_OUT = ["lato", "ubuntu", "caladea", "gelasio"]
PRINT_WATCH = ["inter", "eb-garamond", "pt-sans", "roboto-mono"]

STATES = ("AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK "
          "OR PA RI SC SD TN TX UT VT VA WA WV WI WY DC").split()
CITIES = """Boston;Chicago;Houston;Phoenix;Dallas;Austin;Seattle;Denver;Portland;Las Vegas;Detroit;Memphis;Louisville;Baltimore;
Milwaukee;Albuquerque;Tucson;Fresno;Sacramento;Kansas City;Mesa;Atlanta;Omaha;Colorado Springs;Raleigh;Miami;Oakland;Minneapolis;
Tulsa;Wichita;New Orleans;Arlington;Cleveland;Tampa;Bakersfield;Aurora;Honolulu;Anaheim;Santa Ana;Corpus Christi;Riverside;
Lexington;St. Louis;Stockton;Pittsburgh;Saint Paul;Cincinnati;Anchorage;Henderson;Greensboro;Plano;Newark;Toledo;Lincoln;Orlando;
Chula Vista;Irvine;Jersey City;Durham;Fort Wayne;St. Petersburg;Laredo;Buffalo;Madison;Lubbock;Chandler;Reno;Gilbert;Norfolk;
Winston-Salem;Boise;Richmond;Baton Rouge;Des Moines;Spokane;San Bernardino;Modesto;Tacoma;Fontana;Oxnard;Rochester;Yonkers;Akron;
Little Rock;Amarillo;Mobile;Grand Rapids;Salt Lake City;Tallahassee;Huntsville;Knoxville;Providence;Brownsville;Chattanooga;Tempe;
Eugene;Salem;Cary;Fort Collins;Springfield;Hartford;New Haven;Bridgeport;Worcester;Syracuse;Albany;Ithaca;Schenectady;Ann Arbor;
Lansing;Kalamazoo;Flint;Evanston;Peoria;Naperville;Bloomington;Champaign;Iowa City;Ames;Dubuque;Cedar Rapids;Fargo;Bismarck;
Sioux Falls;Rapid City;Missoula;Bozeman;Helena;Billings;Cheyenne;Laramie;Burlington;Montpelier;Concord;Manchester;Nashua;Bangor;
Augusta;Charleston;Columbia;Savannah;Athens;Macon;Birmingham;Montgomery;Jackson;Oxford;Shreveport;Lafayette;Fayetteville;
Asheville;Charlottesville;Roanoke;Williamsburg;Annapolis;Bethesda;Rockville;Silver Spring;Wilmington;Dover;Trenton;Princeton;
Camden;Erie;Scranton;Harrisburg;Lancaster;Bethlehem;Philadelphia;New York;Brooklyn;Queens;Washington;Los Angeles;San Diego;
San Jose;San Francisco;Jacksonville;Columbus;Charlotte;Indianapolis;Fort Worth;Nashville;El Paso;Oklahoma City""".replace("\n", "").split(";")
PLACES = ["%s Public Library", "%s County Library", "Univ. of %s", "University of %s", "%s University", "%s College", "%s State University",
          "%s Community College", "%s High School", "%s Elementary", "%s Library", "%s State Library", "%s Historical Society", "%s Law Library",
          "%s Free Library", "%s Medical Center", "%s School District", "%s Memorial Library", "%s Branch Library", "Friends of %s Library"]
MAIL = ["example.org", "gmail.com", "yahoo.com", "ala.org", "library.org", "hotmail.com", "state.edu", "outlook.com", "aol.com", "bpl.org", "unc.edu"]
STREETS = ["St", "St.", "Ave", "Ave.", "Rd", "Blvd", "Ln", "Dr", "Ct", "Way", "Pl", "Street", "Road", "Avenue", "Lane", "Drive"]


class Words:
    """The texts a petition holds, drawn at random."""

    def __init__(self, members, census, r, text="", words=()):
        self.r = r
        self.text = [w for l in open(text, encoding="utf-8") for w in l.split("\t")[1].split()] if text else []
        self.words = [w for p in words for w in open(p, encoding="utf-8").read().split() if "'" not in w]
        with open(members, newline="", encoding="utf-8-sig") as f:
            rows = list(csv.DictReader(f))
        self.people = [(m["First Name"], m["Middle Name"], m["Last Name"]) for m in rows]
        self.informal = [m["Informal"] for m in rows if m["Informal"]] or ["Liz"]
        self.companies = sorted({m["Company"] for m in rows if m["Company"]})
        read = lambda n: [l.split()[0].title() for l in open(os.path.join(census, n))]
        self.last, self.first = read("dist.all.last"), read("dist.male.first") + read("dist.female.first")

    def given(self):
        r = self.r.random()
        if r < .5:
            return self.r.choice(self.people)[0]
        return self.r.choice(self.first if r < .9 else self.informal)

    def family(self):
        r = self.r.random()
        a = self.r.choice(self.people)[2] if r < .35 else self.r.choice(self.last)
        if r > .97:
            a = self.r.choice(["Mc", "Mac", "O'", "De ", "Van ", "von ", "St. ", "D'"]) + a
        if r < .06:
            a += "-" + self.r.choice(self.last)
        return a

    def name(self):
        r, g, f = self.r, self.given(), self.family()
        i = r.choice("ABCDEFGHIJKLMNOPRSTVW")
        return r.choices([g + " " + f, f + ", " + g, g + " " + i + ". " + f, g[0] + ". " + f, f, g, g + " " + i + " " + f,
                          f + " " + g, "%s. %s. %s" % (g[0], i, f), r.choice(["Dr. ", "Ms. ", "Mr. ", "Mrs. "]) + g + " " + f,
                          g + " " + f + r.choice([" Jr.", " III", ", MLS", ", PhD", " II"]), f + ", " + g + " " + i + "."],
                         [34, 10, 6, 4, 12, 12, 2, 3, 2, 2, 2, 3])[0]

    def city(self):
        c = self.r.choice(CITIES) if self.r.random() < .75 else self.r.choice(self.last) + self.r.choice(["", "", "ville", " City", "ton", " Springs", " Falls"])
        s = self.r.choice(STATES)
        return self.r.choices([c + ", " + s, c + " " + s, c, c + ", " + s + " " + self.zip(), s], [6, 2, 2, 2, 1])[0]

    def place(self):
        if self.r.random() < .4:
            return self.r.choice(self.companies)
        return self.r.choice(PLACES) % self.r.choice(CITIES + self.last[:4000])

    def zip(self):
        z = "%05d" % self.r.randint(1000, 99999)
        return z + "-%04d" % self.r.randint(0, 9999) if self.r.random() < .15 else z

    def date(self):
        r = self.r
        m, d, y = r.randint(1, 12), r.randint(1, 31), r.randint(1998, 2031)
        s = r.choice("///-.")
        return r.choice(["%d%s%d%s%02d" % (m, s, d, s, y % 100), "%d%s%d%s%d" % (m, s, d, s, y), "%02d%s%02d%s%02d" % (m, s, d, s, y % 100),
                         "%d%s%d" % (m, s, d), "%s %d, %d" % (r.choice("Jan Feb Mar Apr May June July Aug Sept Oct Nov Dec".split()), d, y),
                         "%d %s %d" % (d, r.choice("January March April September October December".split()), y)])

    def number(self):
        return "".join(self.r.choice("0123456789") for _ in range(self.r.choice([5, 6, 6, 7, 7, 7, 7, 7, 7, 8, 9, 10, 4, 3, 2])))

    def phone(self):
        a = "%03d" % self.r.randint(200, 999), "%03d" % self.r.randint(200, 999), "%04d" % self.r.randint(0, 9999)
        return self.r.choice(["%s-%s-%s", "(%s) %s-%s", "%s.%s.%s", "%s %s %s"]) % a

    def email(self):
        g, f = self.given().lower(), self.family().lower().replace(" ", "").replace("'", "")
        return self.r.choice([g[0] + f, g + "." + f, f + g[0], g + "_" + f, g]) + self.r.choice(["", "", str(self.r.randint(1, 99))]) + "@" + self.r.choice(MAIL)

    def street(self):
        n = str(self.r.randint(1, 9999)) + " " + self.r.choice(["", "", "N ", "S. ", "W "])
        return n + self.r.choice(self.last[:3000]) + " " + self.r.choice(STREETS) + self.r.choice(["", "", "", " Apt %d" % self.r.randint(1, 40), " #%d" % self.r.randint(1, 99)])

    def prose(self):
        """Some words in a row, as they stand in a text or as they come."""
        r, n = self.r, self.r.randint(2, 8)
        if r.random() < .5:
            i = r.randrange(len(self.text) - n)
            return " ".join(self.text[i:i + n])[:55].strip()
        return " ".join(w.capitalize() if r.random() < .2 else w for w in r.choices(self.words, k=n))[:55].strip()

    def line(self):
        if self.text:
            return self.prose()
        f = self.r.choices([self.name, self.city, self.place, self.zip, self.date, self.number, self.phone, self.email, self.street],
                           [44, 13, 11, 3, 5, 6, 1, 5, 6])[0]
        s = f()
        if f != self.email:
            k = self.r.random()
            s = s.upper() if k < .33 else s.lower() if k < .38 else s
        return s


def tip(canvas, at, xy, r, pressure):
    """One letter, turned and shifted a little, as no font does."""
    g = at.rotate(r.gauss(0, 2.5), resample=Image.BILINEAR, expand=False)
    canvas.paste(pressure, xy, g)


def typeset(text, font, r, loose):
    """Draws a line as a mask: white ink on black. loose: letter by letter."""
    b = font.getbbox(text)
    size = font.size
    if not loose:
        m = Image.new("L", (b[2] - min(0, b[0]) + size, b[3] - b[1] + size), 0)
        ImageDraw.Draw(m).text((size // 2 - min(0, b[0]), size // 2 - b[1]), text, font=font, fill=255)
        return m
    gap = r.choice([0, 0, r.uniform(-.05, .1), r.uniform(.1, .5), r.uniform(.3, .9) if text.isupper() else 0]) * size * .5
    rise, drift = r.uniform(0, .05) * size, r.gauss(0, .01)
    m = Image.new("L", (int(font.getlength(text) + len(text) * (max(0, gap) + 3)) + 2 * size, 3 * size), 0)
    x = size * .5
    for c in text:
        w = font.getlength(c)
        if c != " ":
            t = Image.new("L", (int(w) + size, 2 * size), 0)
            ImageDraw.Draw(t).text((size // 2, size // 4), c, font=font, fill=255)
            k = r.uniform(.9, 1.1)
            if r.random() < .3:
                t = t.resize((max(1, int(t.size[0] * k)), max(1, int(t.size[1] * k))), Image.BILINEAR)
            tip(m, t, (int(x) - size // 2, int(size * .5 + r.gauss(0, rise) + drift * x)), r, 255)
        x += w + gap + r.uniform(-.02, .04) * size
    return m


class Digits:
    """Digits of real pens (MNIST), by value."""

    WATCHED = 5000  # of the training digits: these are not trained on either

    def __init__(self, folder, held_out, watch):
        p = os.path.join(folder, "t10k" if held_out else "train")
        x = np.frombuffer(gzip.open(p + "-images-idx3-ubyte.gz").read(), np.uint8, offset=16).reshape(-1, 28, 28)
        y = np.frombuffer(gzip.open(p + "-labels-idx1-ubyte.gz").read(), np.uint8, offset=8)
        if not held_out:
            part = slice(-self.WATCHED, None) if watch else slice(-self.WATCHED)
            x, y = x[part], y[part]
        self.by = [x[y == d] for d in range(10)]

    def typeset(self, text, r):
        """Lines digits up on one base line, at one size, nearly."""
        m = Image.new("L", (80 * len(text) + 80, 110), 0)
        d = ImageDraw.Draw(m)
        x, size, gap, jitter = 20.0, r.uniform(38, 56), r.choice([r.uniform(-5, 4), r.uniform(0, 8), r.uniform(5, 24)]), r.uniform(0, 3)
        wide, lean, pen = r.uniform(.7, 1.05), r.uniform(-.15, .15), r.randint(2, 5)
        one = r.random() < .6  # mostly one writer's ones, sevens and so on
        kept = {}
        for c in text:
            if c.isdigit():
                pick = r.randrange(len(self.by[int(c)]))
                if one and c in kept and r.random() < .7:
                    pick = kept[c]
                kept[c] = pick
                g = Image.fromarray(self.by[int(c)][pick])
                g = g.crop(g.getbbox())
                k = size * r.uniform(.9, 1.1) / max(g.size[1], 14)
                g = g.resize((max(3, int(g.size[0] * k * wide)), max(6, int(g.size[1] * k))), Image.BICUBIC)
                box = (int(x), int(80 - g.size[1] + r.gauss(0, jitter)))
                m.paste(255, box, g)
                x += g.size[0] + gap + r.uniform(-2, 3)
                continue
            if c == "/":
                d.line([(x + 14 + 10 * lean, 84 - size * 1.1), (x, 84)], fill=255, width=pen)
                x += 16 + max(0, gap)
            elif c == "-":
                d.line([(x, 80 - size * .45), (x + 14, 80 - size * .45 + r.uniform(-2, 2))], fill=255, width=pen)
                x += 18 + max(0, gap)
            elif c in ".,":
                d.line([(x, 78), (x - (2 if c == "," else 0), 80 + (5 if c == "," else 0))], fill=255, width=pen + 1)
                x += 8 + max(0, gap)
            else:
                x += size * r.uniform(.3, .7)
        return m


def bend(m, r):
    """Slants, turns and stretches a mask."""
    w, h = m.size
    sh, sx = r.gauss(0, .16), r.uniform(.75, 1.25)
    W = int(w * sx + abs(sh) * h) + 4
    off = sh * h / 2 - abs(sh) * h / 2
    m = m.transform((W, h), Image.AFFINE, (1 / sx, sh, off / sx, 0, 1, 0), Image.BILINEAR)
    if r.random() < .6:
        m = m.rotate(r.gauss(0, 1.2), resample=Image.BILINEAR, expand=True)
    return m


def pen(m, r, mild):
    """Changes the width of the strokes, and breaks some."""
    k = r.random() if not mild else r.uniform(.2, 2)
    if k < .2:
        thin = m.filter(ImageFilter.MinFilter(3))
        if np.asarray(thin, np.float32).sum() > .5 * np.asarray(m, np.float32).sum():  # else hardly anything is left
            m = thin
    elif k < .4:
        m = m.filter(ImageFilter.MaxFilter(3))
    elif k < .47:
        m = m.filter(ImageFilter.MaxFilter(5))
    a = np.asarray(m, np.float32) / 255
    if not mild and r.random() < .25:  # a pen that gives out
        n = np.random.rand(a.shape[0] // 6 + 2, a.shape[1] // 6 + 2).astype(np.float32)
        n = np.asarray(Image.fromarray((n * 255).astype(np.uint8)).resize((a.shape[1], a.shape[0]), Image.BILINEAR), np.float32) / 255
        a = a * np.clip((n - r.uniform(.05, .3)) * 6, r.choice([0, .3, .5]), 1)
    return a


def crop(a):
    ys, xs = np.where(a.max(1) > .3)[0], np.where(a.max(0) > .3)[0]
    if len(ys) < 3 or len(xs) < 2:
        return None
    return a[ys[0]:ys[-1] + 1, xs[0]:xs[-1] + 1]


def cell(a, r, other, mild):
    """Puts a line into a cell: paper, rules, what the neighbours leave, scanner."""
    h, w = a.shape
    t, b = int(h * r.uniform(.05, .5)), int(h * r.uniform(.05, .5))
    l, e = int(h * r.uniform(.1, 1)), int(h * r.uniform(.1, 2))
    c = np.zeros((h + t + b, w + l + e), np.float32)
    c[t:t + h, l:l + w] = a
    if other is not None and not mild and r.random() < .3:  # a neighbour hangs in
        o = other[:, :c.shape[1]]
        d = min(int(o.shape[0] * r.uniform(.05, .3)), t if r.random() < .5 else b)
        if d > 1:
            x = r.randint(0, c.shape[1] - o.shape[1])
            if r.random() < .5:
                c[:d, x:x + o.shape[1]] = np.maximum(c[:d, x:x + o.shape[1]], o[-d:])
            else:
                c[-d:, x:x + o.shape[1]] = np.maximum(c[-d:, x:x + o.shape[1]], o[:d])
    ink = r.uniform(.45, 1)
    c *= ink
    H, W = c.shape
    if r.random() < .3:  # rules that were left, also through the descenders
        y = r.choice([r.randint(0, 3), H - r.randint(2, 5), t + h - int(h * r.uniform(0, .3))])
        y = min(max(y, 0), H - 3)
        x0 = 0 if r.random() < .7 else r.randint(0, W // 2)
        x1 = W if r.random() < .7 else r.randint(W // 2, W)
        c[y:y + r.randint(1, 3), x0:x1] = np.maximum(c[y:y + 1, x0:x1], r.uniform(.3, 1))
    if r.random() < .12:
        x = r.choice([r.randint(0, 3), W - r.randint(2, 5)])
        c[:, x:x + r.randint(1, 3)] = r.uniform(.3, 1)
    paper = r.uniform(200, 255)
    dark = r.uniform(0, 60)
    g = paper - c * (paper - dark)
    if r.random() < .2:
        g = g * np.linspace(1, r.uniform(.75, 1), W)[None, :]
    m = Image.fromarray(np.clip(g, 0, 255).astype(np.uint8))
    k = r.uniform(34 if mild else 24, 80) / h if r.random() < .8 else 1
    m = m.resize((max(8, int(W * k)), max(8, int(H * k))), r.choice([Image.BILINEAR, Image.BOX, Image.BICUBIC]))
    if r.random() < .35:
        m = m.filter(ImageFilter.GaussianBlur(r.uniform(.3, 1.1)))
    g = np.asarray(m, np.float32)
    if r.random() < .5:
        g = g + np.random.randn(*g.shape).astype(np.float32) * r.uniform(1, 14)
    if r.random() < .22:  # fax
        g = np.where(g < dark + (paper - dark) * r.uniform(.45, .75), 0, 255)
        if r.random() < .5:
            n = np.random.rand(*g.shape)
            g = np.where(n < .002, 0, np.where(n > .996, 255, g))
    m = Image.fromarray(np.clip(g, 0, 255).astype(np.uint8))
    if r.random() < .25:
        f = io.BytesIO()
        m.save(f, "JPEG", quality=r.randint(20, 70))
        m = Image.open(io.BytesIO(f.getvalue())).convert("L")
    return m


def load_fonts(folder, held_out, watch, type):
    fonts = []
    for d in sorted(os.listdir(folder)):
        if type:
            if d not in (PRINT_HELD_OUT if held_out else PRINT_WATCH if watch else PRINT):
                continue
        elif d in SKIP or d in PRINT + PRINT_HELD_OUT + PRINT_WATCH or (d in HELD_OUT) != held_out:
            continue
        for f in sorted(glob.glob(os.path.join(folder, d, "files", d + "-latin-[47]00-normal.woff"))):
            fonts.append((d, f))
    weights = [(.25 if d in RARE else 1) * (.4 if "-700-" in f else 1) for d, f in fonts]
    return fonts, weights


def main():
    p = argparse.ArgumentParser()
    for a in ("fonts", "mnist", "members", "census", "out"):
        p.add_argument("--" + a, required=True)
    p.add_argument("--lines", type=int, default=1000)
    p.add_argument("--digits", type=int, default=300)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--held-out", action="store_true")
    p.add_argument("--watch", action="store_true")
    p.add_argument("--mild", action="store_true")
    p.add_argument("--print", action="store_true")
    p.add_argument("--text", default="", help="draw runs of words, from the second column of this file")
    p.add_argument("--words", nargs="*", default=[], help="and from lists of words")
    o = p.parse_args()
    r = random.Random(o.seed)
    np.random.seed(o.seed)
    words, digits = Words(o.members, o.census, r, o.text, o.words), Digits(o.mnist, o.held_out, o.watch)
    fonts, weights = load_fonts(o.fonts, o.held_out, o.watch, o.print)
    cache, other, done = {}, None, 0
    kinds = ["fonts"] * o.lines + ["digits"] * o.digits
    r.shuffle(kinds)
    with open(o.out, "wb") as f:
        for kind in kinds:
            if kind == "digits":
                s = words.number() if r.random() < .6 or o.held_out or o.watch else r.choice([words.zip, words.date, words.phone])()
                if o.held_out or o.watch:
                    s = "%07d" % r.randrange(10**7)
                if any(c not in "0123456789/-., " for c in s):
                    s = words.number()
                m = digits.typeset(s, r)
            else:
                s = words.line()
                name, path = r.choices(fonts, weights)[0]
                if name in SCRIPTS and s.isupper():
                    s = s.title()
                size = r.randint(38, 60)
                if (path, size) not in cache:
                    cache[path, size] = ImageFont.truetype(path, size)
                m = typeset(s, cache[path, size], r, not o.print and name not in SCRIPTS and r.random() < .6)
            if o.print:
                a = crop(np.asarray(m.rotate(r.gauss(0, .5), resample=Image.BILINEAR), np.float32) / 255)
            else:
                a = crop(pen(bend(m, r), r, o.mild))
            if a is None:
                continue
            m = cell(a, r, other, o.mild)
            other = a
            if m.size[0] > 1500 or m.size[0] > m.size[1] * 24:
                continue
            t, n = s.encode(), (("print" if o.print else kind) + ("/test" if o.held_out else "/watch" if o.watch else "/train")).encode()
            f.write(struct.pack("<4H", len(n), len(t), m.size[0], m.size[1]) + n + t + m.tobytes())


if __name__ == "__main__":
    main()
