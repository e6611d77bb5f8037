/// A text with each letter in one form, whichever of its forms was typed.
///
/// Greek without accents, Arabic alef, yeh and teh marbuta in their plain forms and without vowel signs, Hebrew without
/// points, `е` for `ё`, half-width kana and full-width Latin in their usual width, digits of every script in ASCII, and what
/// is written with a combining mark composed, or without the mark. Latin letters keep their marks: the analyzers fold them.
struct LetterForms {
  private(set) var text = TracedScalars()
  /// The text after `½` without a sign between is a word of its own.
  private var isBehindFraction = false

  init(_ original: String) {
    for (place, scalar) in original.unicodeScalars.enumerated() { add(scalar, from: place) }
  }

  private mutating func add(_ scalar: Unicode.Scalar, from place: Int) {
    if isBehindFraction, scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
      text.append(" ", from: place)
    }
    isBehindFraction = false
    switch scalar.value {
    case 0..<0xA0: text.append(scalar, from: place)
    // A soft hyphen, tatweel, and the marks of Hebrew and Arabic say nothing of the word.
    case 0xAD, 0x640, 0x591...0x5BD, 0x5BF, 0x5C1, 0x5C2, 0x5C4, 0x5C5, 0x5C7, 0x610...0x61A, 0x64B...0x65F, 0x670:
      break
    case 0x300...0x36F: compose(mark: scalar)
    case 0x2018, 0x2019, 0x201B, 0x2032, 0x2BC: text.append("'", from: place)
    case 0x200B: text.append(" ", from: place)
    // In the order of ASCII.
    case 0xFF01...0xFF5E: text.append(Unicode.Scalar(scalar.value - 0xFF01 + 0x21) ?? scalar, from: place)
    case 0xFF65...0xFF9F: addHalfWidth(scalar, from: place)
    case 0x3099, 0x309A: voice(isPlosive: scalar.value == 0x309A)
    case 0x1161...0x11C2: composeHangul(scalar, from: place)
    case 0x370...0x3FF, 0x1F00...0x1FFF: text.append(Self.greek[scalar] ?? scalar, from: place)
    default:
      if let fraction = Self.fractions[scalar] {
        if let last = text.scalars.last, last != " ", last != "-" { text.append(" ", from: place) }
        text.append(fraction.unicodeScalars, from: place)
        isBehindFraction = true
      } else if let letter = Self.letters[scalar] {
        text.append(letter, from: place)
      } else if let digit = scalar.properties.numericType == .decimal ? scalar.properties.numericValue : nil {
        text.append(Unicode.Scalar(UInt8(ascii: "0") + UInt8(saturating: digit)), from: place)
      } else {
        text.append(scalar, from: place)
      }
    }
  }

  // MARK: Marks behind a letter

  private static let composed: [String: Unicode.Scalar] = [
    "и\u{306}": "й", "И\u{306}": "Й", "у\u{306}": "ў", "У\u{306}": "Ў", "і\u{308}": "ї", "І\u{308}": "Ї",
    "г\u{301}": "ѓ", "к\u{301}": "ќ",
  ]

  /// A few letters of Cyrillic are letters of their own with their mark; every other letter is found without.
  private mutating func compose(mark: Unicode.Scalar) {
    guard let last = text.scalars.last, let letter = Self.composed[SearchText.string([last, mark])] else { return }
    text.replaceLast(by: letter)
  }

  /// `か` and a mark are `が`: the voiced letters stand behind the plain ones.
  private mutating func voice(isPlosive: Bool) {
    guard let last = text.scalars.last, (0x304B...0x30F2).contains(last.value) else { return }
    if last == "ウ", !isPlosive { return text.replaceLast(by: "ヴ") }
    if let voiced = Unicode.Scalar(last.value + (isPlosive ? 2 : 1)) { text.replaceLast(by: voiced) }
  }

  /// U+FF65 to U+FF9D in their usual width.
  private static let fullWidth = Array(
    "・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン".unicodeScalars)

  private mutating func addHalfWidth(_ scalar: Unicode.Scalar, from place: Int) {
    let index = Int(scalar.value - 0xFF65)
    if index < Self.fullWidth.count {
      text.append(Self.fullWidth[index], from: place)
    } else {
      voice(isPlosive: scalar.value == 0xFF9F)
    }
  }

  /// A vowel or a final consonant joins the syllable before it (Unicode 3.12).
  private mutating func composeHangul(_ scalar: Unicode.Scalar, from place: Int) {
    let last = text.scalars.last?.value ?? 0
    var syllable: UInt32?
    if (0x1161...0x1175).contains(scalar.value), (0x1100...0x1112).contains(last) {
      syllable = 0xAC00 + ((last - 0x1100) * 21 + scalar.value - 0x1161) * 28
    } else if scalar.value >= 0x11A8, (0xAC00...0xD7A3).contains(last), (last - 0xAC00) % 28 == 0 {
      syllable = last + scalar.value - 0x11A7
    }
    if let composed = syllable.flatMap({ Unicode.Scalar($0) }) {
      text.replaceLast(by: composed)
    } else {
      text.append(scalar, from: place)
    }
  }

  // MARK: Letters

  private static let letters: [Unicode.Scalar: Unicode.Scalar] = [
    "ё": "е", "Ё": "Е",
    // Alef, yeh, kaf, waw and teh marbuta, in Arabic and Persian.
    "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ئ": "ي", "ی": "ي", "ؤ": "و", "ة": "ه", "ک": "ك",
    "\u{3000}": " ", "־": "-", "\u{2033}": "\"", "\u{201C}": "\"", "\u{201D}": "\"",
  ]

  private static let fractions: [Unicode.Scalar: String] = [
    "½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅕": "1/5", "⅖": "2/5", "⅗": "3/5", "⅘": "4/5",
    "⅙": "1/6", "⅚": "5/6", "⅛": "1/8", "⅜": "3/8", "⅝": "5/8", "⅞": "7/8", "⅒": "1/10",
  ]

  /// Greek letters with accents and breathings, and what they are without: Unicode's name of a letter says it.
  private static let greek: [Unicode.Scalar: Unicode.Scalar] = {
    var byName: [Substring: Unicode.Scalar] = [:]
    var result: [Unicode.Scalar: Unicode.Scalar] = ["ς": "σ"]
    for value in UInt32(0x370)...0x3FF {
      if let scalar = Unicode.Scalar(value), let name = scalar.properties.name { byName[name[...]] = scalar }
    }
    for value in Array(UInt32(0x370)...0x3FF) + Array(0x1F00...0x1FFF) {
      guard let scalar = Unicode.Scalar(value), let name = scalar.properties.name,
        let marks = name.firstRange(of: " WITH "), let plain = byName[name[..<marks.lowerBound]]
      else { continue }
      result[scalar] = plain
    }
    return result
  }()
}
