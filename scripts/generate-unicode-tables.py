#!/usr/bin/env python3
"""Writes UnicodeTables.swift, StandardTokenizerTables.swift and HTMLTables.swift in Sources/SearchNode/Analysis.

Reads the Unicode character database of Debian's package unicode-data (/usr/share/unicode).
  scripts/generate-unicode-tables.py [--check]
--check writes nothing and exits 1 when the committed files differ from what would be written.

The standard tokenizer is compiled here from its rules (UAX #29 and UTS #51, with the choices that Lucene's
StandardTokenizer documents) to one automaton over classes of code points: rules -> NFA -> DFA -> least DFA.
"""
import html.entities
import os
import re
import sys

UCD = os.environ.get("UCD", "/usr/share/unicode")
HERE = os.path.dirname(os.path.abspath(__file__))
TARGET = os.path.join(HERE, "..", "Sources", "SearchNode", "Analysis")
LAST = 0x110000

# Lucene's StandardTokenizer stays at this Unicode version: a character that came later has no property for it.
TOKENIZER_UNICODE = (12, 1)


def property_file(name, column=1):
    """{value: set of code points} of a UCD file of `range ; value` lines."""
    out = {}
    with open(os.path.join(UCD, name), encoding="utf-8") as lines:
        for line in lines:
            line = line.split("#")[0].strip()
            if not line:
                continue
            fields = [field.strip() for field in line.split(";")]
            first, _, last = fields[0].partition("..")
            span = range(int(first, 16), int(last or first, 16) + 1)
            out.setdefault(fields[column], set()).update(span)
    return out


def version():
    with open(os.path.join(UCD, "auxiliary/WordBreakProperty.txt"), encoding="utf-8") as lines:
        return re.search(r"-(\d+\.\d+\.\d+)\.txt", lines.readline()).group(1)


def unicode_data():
    """{code point: fields} with the ranges of UnicodeData.txt filled in."""
    out, first = {}, None
    with open(os.path.join(UCD, "UnicodeData.txt"), encoding="utf-8") as lines:
        for line in lines:
            fields = line.rstrip("\n").split(";")
            code = int(fields[0], 16)
            if fields[1].endswith(", First>"):
                first = code
                continue
            for c in range(first if fields[1].endswith(", Last>") else code, code + 1):
                out[c] = fields
            first = None
    return out


# ---------------------------------------------------------------------------------------------------------------
# Automata


class Rules:
    """A nondeterministic automaton built from regular expressions over class numbers."""

    def __init__(self):
        self.moves = []  # state -> [(set of classes or None for an empty move, state)]

    def state(self):
        self.moves.append([])
        return len(self.moves) - 1

    def build(self, e):
        """(first state, last state) of the expression `e`."""
        kind, first, last = e[0], self.state(), self.state()
        if kind == "set":
            self.moves[first].append((e[1], last))
        elif kind == "sequence":
            at = first
            for part in e[1]:
                a, b = self.build(part)
                self.moves[at].append((None, a))
                at = b
            self.moves[at].append((None, last))
        elif kind == "either":
            for part in e[1]:
                a, b = self.build(part)
                self.moves[first].append((None, a))
                self.moves[b].append((None, last))
        elif kind == "many":  # none or more
            a, b = self.build(e[1])
            self.moves[first] += [(None, a), (None, last)]
            self.moves[b] += [(None, a), (None, last)]
        return first, last

    def closure(self, states):
        seen, todo = set(states), list(states)
        while todo:
            for on, to in self.moves[todo.pop()]:
                if on is None and to not in seen:
                    seen.add(to)
                    todo.append(to)
        return frozenset(seen)


def seq(*parts):
    return ("sequence", parts)


def either(*parts):
    return ("either", parts)


def many(part):
    return ("many", part)


def some(part):
    return seq(part, many(part))


def maybe(part):
    return either(part, seq())


def positions(expression):
    """Glushkov's automaton of an expression: (classes of each position, first, last, follow[position], may be empty)."""
    kind = expression[0]
    if kind == "set":
        return [expression[1]], {0}, {0}, [set()], False
    if kind == "many":
        members, first, last, follow, _ = positions(expression[1])
        for p in last:
            follow[p] |= first
        return members, first, last, follow, True
    members, first, last, follow, empty = [], set(), set(), [], kind == "sequence"
    for part in expression[1]:
        m, f, l, fo, e = positions(part)
        shift = len(members)
        f, l = {p + shift for p in f}, {p + shift for p in l}
        members, follow = members + m, follow + [{p + shift for p in s} for s in fo]
        if kind == "sequence":
            for p in last:
                follow[p] |= f
            first, last = first | f if empty else first, l | last if e else l
            empty = empty and e
        else:
            first, last, empty = first | f, last | l, empty or e
    return members, first, last, follow, empty


def least_automaton(rules, class_count):
    """The least deterministic automaton of [(action, expression)]; the earlier rule wins a tie in length.

    State 0 is dead, state 1 the start. Returns (transitions[state][class], action[state])."""
    nfa = Rules()
    start, action_of = nfa.state(), {}
    for order, (action, expression) in enumerate(rules):
        first, last = nfa.build(expression)
        nfa.moves[start].append((None, first))
        action_of[last] = (order, action)
    begin = nfa.closure([start])
    numbers, queue, table = {frozenset(): 0, begin: 1}, [begin], {0: [0] * class_count}
    actions = {0: 0}
    while queue:
        here = queue.pop(0)
        ends = [action_of[s] for s in here if s in action_of]
        actions[numbers[here]] = min(ends)[1] if ends else 0
        row = []
        for c in range(class_count):
            to = nfa.closure([t for s in here for on, t in nfa.moves[s] if on is not None and c in on])
            if to not in numbers:
                numbers[to] = len(numbers)
                queue.append(to)
            row.append(numbers[to])
        table[numbers[here]] = row
    block = [actions[s] for s in range(len(table))]
    while True:
        keys, new = {}, []
        for s in range(len(table)):
            key = (block[s], tuple(block[t] for t in table[s]))
            new.append(keys.setdefault(key, len(keys)))
        if len(keys) == len(set(block)):
            break
        block = new
    # Renumber: dead 0, start 1, the rest in the order met.
    order = {block[0]: 0, block[1]: 1}
    for s in range(len(table)):
        order.setdefault(block[s], len(order))
    transitions, result = [None] * len(order), [0] * len(order)
    for s in range(len(table)):
        transitions[order[block[s]]] = [order[block[t]] for t in table[s]]
        result[order[block[s]]] = actions[s]
    return transitions, result


# ---------------------------------------------------------------------------------------------------------------
# The standard tokenizer

TYPES = ["", "alphanumeric", "number", "southeastAsian", "ideographic", "hiragana", "katakana", "hangul", "emoji"]


def aged(sets):
    """Only the code points that the tokenizer's Unicode version knew."""
    known = set()
    for age, points in property_file("DerivedAge.txt").items():
        if tuple(map(int, age.split("."))) <= TOKENIZER_UNICODE:
            known |= points
    return {name: points & known for name, points in sets.items()}


def as_of_tokenizer_version(wb, script, emoji):
    """Takes back what later versions of Unicode changed for characters that existed before."""
    wb["ALetter"] -= {*range(0x2E5, 0x2EC), 0x55A, 0x58A, *range(0xA708, 0xA717)}
    wb["MidLetter"] -= {0x55F}
    script["Han"] -= {0x16FE2}
    emoji["Extended_Pictographic"] |= set(range(0x1FB00, 0x1FC00))


def tokenizer_sets():
    wb = aged(property_file("auxiliary/WordBreakProperty.txt"))
    script = aged(property_file("Scripts.txt"))
    line_break = aged(property_file("LineBreak.txt"))
    category = aged(property_file("extracted/DerivedGeneralCategory.txt"))
    emoji = property_file("emoji/emoji-data.txt")
    as_of_tokenizer_version(wb, script, emoji)
    pictographic = emoji["Extended_Pictographic"]
    emoji = aged(emoji)
    keycap_base = set(map(ord, "0123456789#*"))
    accidental = set(map(ord, "©®™\u3030\u303d"))
    modifier = emoji["Emoji_Modifier"]
    plain_emoji = emoji["Emoji"] - wb["Regional_Indicator"] - keycap_base - accidental - modifier
    full_width_digits = set(range(0xFF00, 0xFFF0)) & category["Nd"]
    letters = wb["ALetter"] | wb["Hebrew_Letter"]
    return {
        "format": wb["Format"] | wb["Extend"] | wb["ZWJ"],
        "joiner": wb["ZWJ"],
        "textStyle": {0xFE0E},
        "emojiStyle": {0xFE0F},
        "keycapBase": keycap_base,
        "keycap": {0x20E3},
        "emojiCharacter": pictographic | plain_emoji,
        "emojiModifier": modifier,
        "emojiModifierBase": emoji["Emoji_Modifier_Base"],
        "regional": wb["Regional_Indicator"],
        "tag": set(range(0xE0020, 0xE007F)),
        "tagEnd": {0xE007F},
        "letter": letters,
        "hebrew": wb["Hebrew_Letter"],
        "hangul": script["Hangul"] & letters,
        "numeric": wb["Numeric"] | full_width_digits,
        "katakana": wb["Katakana"],
        "midLetter": wb["MidLetter"] | wb["MidNumLet"] | wb["Single_Quote"],
        "midNumber": wb["MidNum"] | wb["MidNumLet"] | wb["Single_Quote"],
        "connector": wb["ExtendNumLet"],
        "singleQuote": wb["Single_Quote"],
        "doubleQuote": wb["Double_Quote"],
        "han": script["Han"],
        "hiragana": script["Hiragana"],
        "complex": line_break["SA"],
    }


def classes_of(sets):
    """(class of each code point, {set name: its classes}): the coarsest partition that the sets can tell apart."""
    signature = [0] * LAST
    for bit, points in enumerate(sets.values()):
        for c in points:
            signature[c] |= 1 << bit
    numbers = {0: 0}
    for c in range(LAST):
        if signature[c] not in numbers:
            numbers[signature[c]] = len(numbers)
    members = {name: {n for sig, n in numbers.items() if sig >> bit & 1} for bit, name in enumerate(sets)}
    return [numbers[s] for s in signature], members


def tokenizer_rules(member):
    def one(name):
        return ("set", frozenset(member[name]))

    # WB4: what follows a character and only joins or formats belongs to it; the style selectors count for emoji.
    extend = many(one("format"))
    extend_unstyled = many(("set", frozenset(member["format"] - member["textStyle"] - member["emojiStyle"])))

    def x(name):
        return seq(one(name), extend)

    def xe(name):
        return seq(one(name), extend_unstyled)

    joiners = many(one("joiner"))
    element = either(
        seq(joiners, xe("emojiCharacter"), maybe(one("emojiStyle"))),
        seq(maybe(seq(joiners, xe("emojiModifierBase"))), xe("emojiModifier")))
    emoji = either(
        seq(element, either(many(seq(one("joiner"), element)), seq(some(one("tag")), one("tagEnd")))),
        seq(xe("keycapBase"), maybe(one("emojiStyle")), xe("keycap")),
        seq(x("regional"), x("regional")))

    connectors = many(x("connector"))
    # WB8, WB11, WB12, WB13a, WB13b
    digits = seq(x("numeric"), many(seq(either(connectors, x("midNumber")), x("numeric"))))
    number = seq(connectors, digits, connectors)
    # WB5 to WB7c, WB9, WB10, WB13
    word = either(
        seq(x("katakana"), many(seq(connectors, x("katakana")))),
        some(either(
            seq(x("hebrew"), either(x("singleQuote"), seq(x("doubleQuote"), x("hebrew")))),
            digits,
            seq(x("letter"), many(seq(either(connectors, x("midLetter")), x("letter")))))))
    words = seq(connectors, word, many(seq(some(x("connector")), word)), connectors)
    return [
        (TYPES.index("emoji"), emoji),
        (TYPES.index("number"), number),
        (TYPES.index("hangul"), some(x("hangul"))),
        (TYPES.index("katakana"), some(x("katakana"))),
        (TYPES.index("alphanumeric"), words),
        (TYPES.index("southeastAsian"), some(x("complex"))),
        (TYPES.index("ideographic"), x("han")),
        (TYPES.index("hiragana"), x("hiragana")),
    ]


# ---------------------------------------------------------------------------------------------------------------
# ASCII folding

# Where Lucene's ASCIIFoldingFilter folds at all.
FOLDED_BLOCKS = [
    (0x00A0, 0x024F), (0x0250, 0x02AF), (0x1D00, 0x1D2B), (0x1D62, 0x1D65), (0x1D6B, 0x1D9A), (0x1E00, 0x1EFF),
    (0x2010, 0x2053), (0x2070, 0x2094), (0x2184, 0x2184), (0x2460, 0x24FF), (0x275B, 0x2793), (0x2C60, 0x2C7F),
    (0x2E28, 0x2E29), (0xA720, 0xA7FF), (0xFB00, 0xFB06), (0xFF00, 0xFF5E),
]

# Foldings that neither a decomposition nor a letter's name gives: quotes, dashes, brackets, letters with own names.
FOLDING_SPECIAL_CASES = r"""
AB:" BB:" D0:D DE:TH DF:ss F0:d FE:th 138:q 149:n 14A:N 14B:n 18F:A 196:I 1BF:w 1E5:G 1E7:G 1F6:HV 1F7:W 21C:Z
21D:z 259-25A:a 297:C 1D06:D 1D7B:I 1D7C:i 1D7E:U 1D95:a 1E9B:f 1E9C-1E9D:s 1E9E:SS 2010-2014:- 2018-201B:'
201C-201E:" 2032:' 2033:" 2035:' 2036:" 2038:^ 2039-203A:' 2044:/ 2045:[ 2046:] 204E:* 204F:; 2052:% 2053:~
207B:- 208B:- 2094:a 275B-275C:' 275D-275E:" 2768:( 2769:) 276A:( 276B:) 276C:< 276D:> 276E-276F:" 2770:< 2771:>
2772:[ 2773:] 2774:{ 2775:} 2C6F:a 2E28:(( 2E29:)) A73E:c A75A:R A75B:r A762:Z A763:z A766:TH A767:th A768:V
A784:s A785:S A7FB:F A7FC:p A7FD:M A7FE:I A7FF:M
"""

# Characters that a decomposition or a name would fold, but the filter leaves.
UNFOLDED = """
AA BA 1A2-1A3 1A6 279-27B 1EFD 2024-2026 2C79 2C7D-2C7F A76A-A76D A778 A787 A78D-A78E A790-A799 A7A0-A7B2
A7B8-A7B9 A7C4-A7CA A7D0-A7D1 A7F2-A7F6 A7F8-A7FA FB05 FF40 FF5C
"""

LETTER_NAME = re.compile(
    r"(?:NEGATIVE CIRCLED |LATIN )(CAPITAL|SMALL)? ?(?:LETTER|LIGATURE)? ?(SMALL CAPITAL|SMALL)? ?"
    r"(?:REVERSED OPEN |REVERSED |TURNED OPEN |TURNED |OPEN |BARRED |INVERTED |DOTLESS |CLOSED |SCRIPT |TOP HALF |"
    r"BOTTOM HALF |HALF |INSULAR |BROKEN |MIDDLE-WELSH |AFRICAN |STRETCHED )*"
    r"([A-Z]{1,2})(?: DIGRAPH)?(?: BAR)?(?: (?:WITH|ROTUNDA) .*)?$")


def spans(text):
    for word in text.split():
        span, _, value = word.partition(":")
        first, _, last = span.partition("-")
        yield range(int(first, 16), int(last or first, 16) + 1), value


def decomposed(data, c):
    """The code points of the full compatibility decomposition."""
    if c not in data or not data[c][5]:
        return [c]
    return [d for part in data[c][5].split() if part[0] != "<" for d in decomposed(data, int(part, 16))]


def folded(data, c):
    """ASCII for `c` by its decomposition without marks, by its letter's name or by its digit; None where none tells."""
    base = [d for d in decomposed(data, c) if data[d][2] not in ("Mn", "Mc", "Me")]
    if base and all(d < 0x80 for d in base):
        return "".join(map(chr, base)).strip() or None
    name = data[base[0] if len(base) == 1 else c][1]
    letter = LETTER_NAME.match(name)
    if letter:
        is_capital = letter.group(1) == "CAPITAL" or "SMALL CAPITAL" in name
        return letter.group(3) if is_capital else letter.group(3).lower()
    return data[c][8] if data[c][8].isdigit() else None


def foldings(data):
    out = {}
    for first, last in FOLDED_BLOCKS:
        for c in range(first, last + 1):
            if c in data and folded(data, c):
                out[c] = folded(data, c)
    for span, text in spans(FOLDING_SPECIAL_CASES):
        out.update(dict.fromkeys(span, text))
    for span, _ in spans(UNFOLDED):
        for c in span:
            out.pop(c, None)
    return out


def folding_words(pairs):
    """`gap.length.` in hexadecimal and the text."""
    groups, words, at = [], [], 0
    for c, text in sorted(pairs.items()):
        if groups and groups[-1][0] + groups[-1][1] == c and groups[-1][2] == text:
            groups[-1][1] += 1
        else:
            groups.append([c, 1, text])
    for first, length, text in groups:
        words.append(f"{first - at:x}.{length:x}.{text}")
        at = first + length
    return words


# ---------------------------------------------------------------------------------------------------------------
# HTML

HTML_CLASSES = (
    "other singleQuote doubleQuote backslash equals less greater bang hyphen hash space nameStart namePart".split())


def html_classes():
    """The class of each code point in HTML_CLASSES' order; names are identifiers by UAX #31 with `:`, `_`, `-` and `.`."""
    properties = aged({k: v for k, v in property_file("DerivedCoreProperties.txt").items() if k.startswith("ID_")})
    out = [0] * LAST
    for name, points in {
        "namePart": properties["ID_Continue"] | {ord(".")},
        "nameStart": properties["ID_Start"] | set(map(ord, ":_")),
        "space": property_file("PropList.txt")["White_Space"],
        "singleQuote": {ord("'")}, "doubleQuote": {ord('"')}, "backslash": {ord("\\")}, "equals": {ord("=")},
        "less": {ord("<")}, "greater": {ord(">")}, "bang": {ord("!")}, "hyphen": {ord("-")}, "hash": {ord("#")},
    }.items():
        for c in points:
            out[c] = HTML_CLASSES.index(name)
    return out


def html_tail():
    """What may follow a tag's name and the space or `=` after it, up to the tag's `>`: anything but angle brackets, attributes whose quoted values may hold
    them, and server-side includes."""
    every = frozenset(range(len(HTML_CLASSES)))

    def one(*names):
        return ("set", frozenset(HTML_CLASSES.index(name) for name in names))

    def none_of(*names):
        return ("set", every - frozenset(HTML_CLASSES.index(name) for name in names))

    def quoted(quote):
        return seq(one(quote), many(either(seq(one("backslash"), one(quote)), none_of(quote))), one(quote))

    value = either(quoted("singleQuote"), quoted("doubleQuote"))
    comment_start = seq(one("less"), one("bang"), one("hyphen"), one("hyphen"), one("hash"))
    include = seq(
        comment_start, many(either(none_of("singleQuote", "doubleQuote"), value)),
        one("hyphen"), one("hyphen"), one("greater"))
    spaces = many(one("space"))
    attribute = seq(
        one("nameStart"), many(one("nameStart", "namePart", "hyphen")), spaces, one("equals"),
        spaces, value)
    return seq(many(either(none_of("less", "greater"), include, attribute)), one("greater"))


def html_entities():
    """HTML 4's names, those in capitals that browsers know, `apos`; a no-break space is a space, as in Lucene."""
    names = dict(html.entities.name2codepoint)
    names.update({name.upper(): names[name] for name in ("amp", "copy", "gt", "lt", "quot", "reg")})
    names.update(apos=0x27, nbsp=0x20)
    return names


def html_tables():
    classes = html_classes()
    members, first, last, follow, _ = positions(html_tail())
    assert len(members) <= 64

    def bits(points):
        return f"0x{sum(1 << p for p in points):x}"

    def words(sets):
        return ",\n".join(f"    {bits(points)}" for points in sets)

    held = [{p for p, m in enumerate(members) if c in m} for c in range(len(HTML_CLASSES))]
    cases = ", ".join(HTML_CLASSES)
    return HEADER.format(version=version()) + f"""
/// Tables of the character filter for HTML: character classes, the automaton of a tag's tail, named characters.
enum HTMLTables {{
  /// The role of a character in a tag.
  enum CharacterClass: UInt8 {{
    case {cases}
  }}

  /// Class of each code point: `gap.length.class`; code points in gaps have the class `other`.
  static let classes: StaticString = {packed(class_words(lambda c: classes[c]))}

  /// The tail of a tag as Glushkov's automaton, with a bit for each position: the positions that may come first.
  static let tailFirst: UInt64 = {bits(first)}

  /// The positions at which a tail may end.
  static let tailLast: UInt64 = {bits(last)}

  /// For each position, the positions that may follow it.
  static let tailFollowing: [UInt64] = [
{words(follow)},
  ]

  /// For each character class, the positions that accept it.
  static let tailHolding: [UInt64] = [
{words(held)},
  ]

  /// Named characters: `code.name`, the code in hexadecimal.
  static let entities: StaticString = {packed([f"{c:x}.{name}" for name, c in sorted(html_entities().items())])}
}}
"""


# ---------------------------------------------------------------------------------------------------------------
# Swift

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def runs(value_of, default):
    """[(first, length, value)] of the code points whose value is not the default."""
    out = []
    for c in range(LAST):
        v = value_of(c)
        if v == default:
            continue
        if out and out[-1][0] + out[-1][1] == c and out[-1][2] == v:
            out[-1][1] += 1
        else:
            out.append([c, 1, v])
    return out


def packed(words, indent="    "):
    """A Swift string literal of the words, broken into lines of at most 120 columns."""
    lines, line = [], ""
    for word in words:
        if len(indent) + len(line) + len(word) + 3 > 118:
            lines.append(line)
            line = ""
        line += (" " if line else "") + word
    lines.append(line)
    return '#"""\n' + "".join(f"{indent}{line}\n" for line in lines) + indent + '"""#'


def class_words(value_of, default=0):
    """`gap.length` in hexadecimal and the class as one digit of base 62."""
    words, at = [], 0
    for first, length, value in runs(value_of, default):
        words.append(f"{first - at:x}.{length:x}.{DIGITS[value]}")
        at = first + length
    return words


def mapping_words(pairs):
    """`gap.count.step.delta`: `count` code points, `step` apart, each mapped to itself plus `delta` (decimal)."""
    groups = []
    for c, to in sorted(pairs.items()):
        delta = to - c
        if groups:
            first, count, step, d = groups[-1]
            last = first + (count - 1) * step
            if d == delta and c - last in (1, 2) and (count == 1 or c - last == step):
                groups[-1] = (first, count + 1, c - last, d)
                continue
        groups.append((c, 1, 1, delta))
    words, at = [], 0
    for first, count, step, delta in groups:
        words.append(f"{first - at:x}.{count:x}.{step}.{delta}")
        at = first
    return words


HEADER = """// Written by scripts/generate-unicode-tables.py from Unicode {version} (Debian's package unicode-data): do not edit.
"""


def tokenizer_tables():
    sets = tokenizer_sets()
    class_of, member = classes_of(sets)
    count = max(class_of) + 1
    transitions, actions = least_automaton(tokenizer_rules(member), count)
    assert len(transitions) <= 256 and count <= len(DIGITS), (len(transitions), count)
    rows = ["".join(f"{t:02x}" for t in row) for row in transitions]
    out = HEADER.format(version=version())
    out += f"""
/// The standard tokenizer's automaton; characters that came after Unicode {'.'.join(map(str, TOKENIZER_UNICODE))} have no class, as in Lucene 9.
enum StandardTokenizerTables {{
  static let classCount = {count}
  static let stateCount = {len(transitions)}

  /// Class of each code point: `gap.length.class` (hexadecimal, hexadecimal, a digit of base 62); gaps have class 0.
  static let classes: StaticString = {packed(class_words(lambda c: class_of[c]))}

  /// For each state a word with two hexadecimal digits for each class: the next state. 0 is dead, 1 the start.
  static let transitions: StaticString = {packed(rows)}

  /// Raw value of the `TokenType` that ends in each state; 0 if none ends there.
  static let accepts: [UInt8] = [
    {", ".join(map(str, actions))}
  ]
}}
"""
    return out


CATEGORIES = "Cn Lu Ll Lt Lm Lo Mn Me Mc Nd Nl No Zs Zl Zp Cc Cf Co Cs Pd Ps Pe Pc Po Sm Sc Sk So Pi Pf".split()


def unicode_tables():
    data = unicode_data()
    category = {c: CATEGORIES.index(fields[2]) for c, fields in data.items()}
    lower = {c: int(f[13], 16) for c, f in data.items() if f[13]}
    upper = {c: int(f[12], 16) for c, f in data.items() if f[12]}
    return HEADER.format(version=version()) + f"""
/// Properties of code points, packed; `CodePointProperties` unpacks them once.
enum UnicodeTables {{
  static let version = "{version()}"

  /// General category: `gap.length.category` (hexadecimal, hexadecimal, a digit of base 62: the order of `GeneralCategory`).
  static let generalCategories: StaticString = {packed(class_words(lambda c: category.get(c, 0)))}

  /// Simple lowercase mapping: `gap.count.step.delta` (hexadecimal, hexadecimal, decimal, decimal).
  static let lowercase: StaticString = {packed(mapping_words(lower))}

  /// Simple uppercase mapping, in the same form.
  static let uppercase: StaticString = {packed(mapping_words(upper))}

  /// ASCII replacements of ASCIIFoldingFilter: `gap.length.text`.
  static let foldings: StaticString = {packed(folding_words(foldings(data)))}
}}
"""


def main():
    different = False
    for name, text in {
        "StandardTokenizerTables.swift": tokenizer_tables(),
        "UnicodeTables.swift": unicode_tables(),
        "CharFilters/HTMLTables.swift": html_tables(),
    }.items():
        path = os.path.join(TARGET, name)
        old = open(path, encoding="utf-8").read() if os.path.exists(path) else ""
        if old != text:
            different = True
            if "--check" in sys.argv:
                print(f"{os.path.normpath(path)} differs from what this script writes", file=sys.stderr)
            else:
                open(path, "w", encoding="utf-8").write(text)
    sys.exit(1 if different and "--check" in sys.argv else 0)


if __name__ == "__main__":
    main()
