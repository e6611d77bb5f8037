/// Numbers that are written as words: `fifty`, `two hundred`, `a thousand`.
enum NumberWords {
  private static let small: [String: Double] = {
    let names = """
      zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen \
      eighteen nineteen
      """
    var result: [String: Double] = [:]
    for (value, name) in names.split(separator: " ").enumerated() { result[String(name)] = Double(value) }
    for (index, name) in ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"].enumerated() {
      result[name] = Double((index + 2) * 10)
    }
    return result
  }()

  private static let factors: [String: Double] = [
    "hundred": 100, "thousand": 1_000, "k": 1_000, "grand": 1_000, "lakh": 100_000, "lac": 100_000,
    "million": 1_000_000,
    "crore": 10_000_000,
  ]

  /// `four` of `4` and the other way; nil for what is rarely written so.
  static func otherForm(of key: String) -> String? {
    if let number = small[key] { return (2...12).contains(number) ? Measure.plain(number) : nil }
    guard let number = Double(key), (2...12).contains(number) else { return nil }
    return small.first { $0.value == number }?.key
  }

  /// What a word multiplies the number before it by.
  static func factor(_ key: String) -> Double? { factors[key] }

  /// The number that some words begin with, and how many they are.
  static func read(_ keys: ArraySlice<String>) -> (value: Double, count: Int)? {
    var total = 0.0
    var current = 0.0
    var count = 0
    for (place, key) in zip(keys.indices, keys) {
      // `twenty five` and `twenty-five`, whose key is two words.
      let parts = key.split(separator: " ").map(String.init)
      if parts.allSatisfy({ small[$0] != nil }), !parts.isEmpty {
        current += parts.reduce(0) { $0 + (small[$1] ?? 0) }
      } else if let factor = factors[key], count > 0 || factor >= 100 {
        current = max(1, current) * factor
        if factor >= 1_000 {
          total += current
          current = 0
        }
      } else if key.isEmpty || key == "and", current >= 100, keys.index(after: place) < keys.endIndex,
        small[keys[keys.index(after: place)]] != nil
      {
        // `three hundred and fifty`.
      } else if key == "a", count == 0 {
        // `a hundred`; alone it says nothing.
      } else {
        break
      }
      count += 1
    }
    let value = total + current
    return value > 0 ? (value, count) : nil
  }
}
