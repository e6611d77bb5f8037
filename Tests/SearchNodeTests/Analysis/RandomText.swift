import TestSupport

/// Random texts for tests: the same seed gives the same texts.
struct RandomText: RandomNumberGenerator {
  private var generator: SeededGenerator

  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  mutating func next() -> UInt64 { generator.next() }

  mutating func below(_ count: Int) -> Int { Int.random(in: 0..<count, using: &self) }
  mutating func chance(_ percent: Int) -> Bool { below(100) < percent }
  mutating func pick<T>(_ items: [T]) -> T { items[below(items.count)] }

  /// Any scalar that Unicode 13 assigns: Java 17, and with it the servers, knows no later ones.
  mutating func scalar() -> Unicode.Scalar {
    while true {
      let limit: UInt32 = [0x80, 0x100, 0x3000, 0x10000, 0x20000, 0x110000][below(6)]
      if let scalar = Unicode.Scalar(UInt32.random(in: 0..<limit, using: &self)), let age = scalar.properties.age,
        age.major <= 13
      {
        return scalar
      }
    }
  }

  private static let words = [
    "the", "and", "of", "Wi-Fi", "PowerShot", "SD500", "O'Neil's", "running", "flies", "relational", "USB-C", "1.5m",
    "2,000", "4GB", "DDR2-SDRAM", "Café", "naïve", "Ünïcödé", "ﬁne", "Straße", "日本語", "ひらがな", "カタカナ", "한국어",
    "ไทย", "שלום", "ב\"ה", "ש'", "e-mail@example.com", "x_y__z", "#1", "$42", "33%", "C++", "l'avion", "D’Artagnan",
    "🇩🇪", "👩‍👩‍👧", "3️⃣", "❤️", "½", "²", "Ǆ", "İstanbul", "ſ", "K", "ÅNGSTRÖM", "j2se", "a'b'c", "--", "__", "...",
    "hopping", "caresses", "ponies", "generalizations", "oscillators", "agreed", "feed", "sky", "was", "IS", "It",
    "iPhone12ProMAX", "Super-Duper-XL500-42-AutoCoder!", "'s", "x's", "ALLCAPS", "mixedCASE", "123abc456", "a.b.c",
  ]

  /// Words, punctuation and single characters in random order.
  mutating func text(pieces: Int = 8) -> String {
    var out = ""
    for _ in 0..<below(pieces + 1) {
      switch below(10) {
      case 0..<5: out += pick(Self.words)
      case 5: for _ in 0..<below(5) + 1 { out.unicodeScalars.append(scalar()) }
      case 6:
        out += pick(["-", ".", ",", "'", "_", ":", "/", "\"", "’", "·", "\u{200D}", "\u{AD}", "\u{301}", "\u{FE0F}"])
      case 7: out += String(below(100_000))
      default: for _ in 0..<below(8) + 1 { out += pick(["a", "B", "c", "E", "s", "ing", "y", "1", "é", "ß", "Я"]) }
      }
      if chance(70) { out += pick([" ", " ", " ", " ", "\t", "\n", "\u{A0}", "\u{3000}", "\u{2028}"]) }
    }
    return out
  }
}
