package import Catalog
package import HTTPServer
import SearchService
import Understanding

/// English for shoppers: labels of orders, counts of choices, ranges, and problems.
package enum ShopWords {
  /// `3 colours`, `1 size`, `6 shoe sizes` of `Shoe size (UK)`. A name that is not made of plain words stays as it is:
  /// `2 choices of Length 2`.
  static func count(_ count: Int, of fullName: String) -> String {
    let name = withoutBracket(fullName)
    guard !name.isEmpty, name.allSatisfy({ $0.isLetter || $0 == " " || $0 == "-" }) else {
      return count == 1 ? "1 choice of \(name)" : "\(count) choices of \(name)"
    }
    // `USB ports` and `iOS version` keep their capitals.
    let words = name.split(separator: " ").map { word in
      word.dropFirst().contains(where: \.isUppercase) ? String(word) : word.lowercased()
    }
    let singular = words.joined(separator: " ")
    return "\(count) \(count == 1 ? singular : plural(singular))"
  }

  /// `Shoe size (UK)` without the system that its values are of.
  private static func withoutBracket(_ name: String) -> String {
    guard name.hasSuffix(")"), let bracket = name.firstIndex(of: "("), bracket > name.startIndex else { return name }
    let text = name[..<bracket]
    return String(text.prefix(upTo: text.lastIndex { $0 != " " }.map(text.index(after:)) ?? text.startIndex))
  }

  /// Names of what has no plural; its choices are of sizes.
  private static let uncounted = ["storage", "memory"]

  private static func plural(_ word: String) -> String {
    let vowels = "aeiou"
    if uncounted.contains(where: { word == $0 || word.hasSuffix(" \($0)") }) { return "\(word) sizes" }
    if word.hasSuffix("y"), let before = word.dropLast().last, !vowels.contains(before) {
      return word.dropLast() + "ies"
    }
    if word.hasSuffix("ss") || word.hasSuffix("x") || word.hasSuffix("ch") || word.hasSuffix("sh") {
      return word + "es"
    }
    return word.hasSuffix("s") ? word : word + "s"
  }

  /// `13 to 16 cm`, `up to £50`, `from 3 kg`.
  static func range(_ lower: String, _ upper: String) -> String {
    lower.isEmpty ? "up to \(upper)" : upper.isEmpty ? "from \(lower)" : "\(lower) to \(upper)"
  }

  /// A range of prices with the currency's sign; the ends are in minor units.
  package static func prices(_ lower: Int64?, _ upper: Int64?, _ currency: Currency) -> String {
    func text(_ amount: Int64?) -> String {
      amount.map { Money(minorUnits: $0, currency: currency).shortText } ?? ""
    }
    return range(text(lower), text(upper))
  }

  /// `30 November 2026, 14:05 UTC`.
  package static func time(_ time: Timestamp) -> String {
    let text = time.description
    return "\(date(String(text.prefix(10)))), \(text.dropFirst(11).prefix(5)) UTC"
  }

  /// `1 Dec, 03:30`, for tables whose head says the zone; the year stands where it is not `now`'s.
  package static func shortTime(_ time: Timestamp, now: Timestamp) -> String {
    let text = time.description
    let parts = text.prefix(10).split(separator: "-")
    guard parts.count == 3, let month = Int(parts[1]), let day = Int(parts[2]), months.indices.contains(month - 1)
    else {
      return text
    }
    let year = text.prefix(4) == now.description.prefix(4) ? "" : " \(parts[0])"
    return "\(day) \(months[month - 1].prefix(3))\(year), \(text.dropFirst(11).prefix(5))"
  }

  /// `0.4 s`, `12 s`, `3 min 5 s`, `2 h 4 min`.
  package static func duration(_ length: Duration) -> String {
    let seconds = max(0, length / .seconds(1))
    if seconds < 9.95 { return "\((seconds * 10).rounded() / 10) s".replacing(".0 s", with: " s") }
    let whole = Int(saturating: seconds.rounded())
    if whole < 60 { return "\(whole) s" }
    return whole < 3_600 ? "\(whole / 60) min \(whole % 60) s" : "\(whole / 3_600) h \(whole % 3_600 / 60) min"
  }

  /// Three digits are enough for an eye: `0.256`, `1,372`, `18.2`.
  package static func figure(_ value: Double) -> String {
    guard value.isFinite else { return "none" }
    let size = abs(value)
    let scale: Double = size >= 100 || size == size.rounded() ? 1 : size >= 10 ? 10 : size >= 1 ? 100 : 1_000
    let rounded = (value * scale).rounded() / scale
    guard rounded == rounded.rounded(), abs(rounded) < 1e15 else { return rounded.shortText }
    return number(Int64(saturating: rounded))
  }

  /// `12,345`.
  package static func number(_ value: some BinaryInteger) -> String {
    let digits = Array(String(value.magnitude))
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
      text.append(digit)
    }
    return value < 0 ? "-" + text : text
  }

  private static let weekdays = [
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
  ]

  /// A schedule's five fields in words, where they are of the usual kinds: `30 3 * * *` → `daily at 03:30`; another as it is.
  package static func schedule(_ text: String) -> String {
    let fields = text.split(separator: " ").map(String.init)
    guard fields.count == 5, fields[3] == "*" else { return text.hasPrefix("@") ? String(text.dropFirst()) : text }
    let (minute, hour) = (Int(fields[0]), Int(fields[1]))
    func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    if let minute, let hour {
      let at = "at \(twoDigits(hour)):\(twoDigits(minute))"
      switch (fields[2], fields[4]) {
      case ("*", "*"): return "daily \(at)"
      case ("*", let day): return Int(day).flatMap { (0...7).contains($0) ? "\(weekdays[$0])s \(at)" : nil } ?? text
      case (let day, "*"): return Int(day).map { "monthly on day \($0) \(at)" } ?? text
      default: return text
      }
    }
    guard fields[1...].allSatisfy({ $0 == "*" }) else { return text }
    if let minute { return "hourly at minute \(minute)" }
    if fields[0] == "*" { return "every minute" }
    return fields[0].hasPrefix("*/") ? Int(fields[0].dropFirst(2)).map { "every \($0) minutes" } ?? text : text
  }

  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
  ]

  /// `2026-11-30` → `30 November 2026`; another text as it is.
  package static func date(_ text: String) -> String {
    let parts = text.split(separator: "-").map { Int($0) }
    guard parts.count == 3, let year = parts[0], let month = parts[1], let day = parts[2],
      months.indices.contains(month - 1)
    else { return text }
    return "\(day) \(months[month - 1]) \(year)"
  }

  /// A page's words for a problem. The API's own words name parameters and fields, which tell a shopper nothing.
  package static func message(of problem: Problem) -> (title: String, text: String) {
    guard problem.status == .badRequest else { return (problem.title, problem.detail) }
    var parameter: String?
    if case .string(let name) = problem.extensions["parameter"] { parameter = name }
    let title = "We cannot show this page"
    return switch parameter {
    case "page", "page_size":
      (title, "The list ends before this page. Start at its first page, or narrow it by a filter to see the rest.")
    case "cursor": (title, "This link to further products is no longer good. Search again to go on.")
    case "q": (title, "This search is too long or cannot be read. Try fewer words.")
    case let name?:
      (
        title,
        "The page's address has a mistake: the value of “\(name)” does not fit. Search again, or begin at the front."
      )
    case nil: (title, "The page's address has a mistake. Search again, or begin at the front.")
    }
  }
}

extension SearchSort {
  /// The order's name in a list of orders.
  var label: String {
    switch self {
    case .relevance: "Best match"
    case .priceAscending: "Price: low to high"
    case .priceDescending: "Price: high to low"
    case .newest: "Newest"
    case .rating: "Customer rating"
    case .bestselling: "Bestselling"
    case .discount: "Biggest discount"
    }
  }
}

extension Recognition {
  /// The recognition in a shopper's words: `Colour: Red`, `Price: up to £50`.
  func text(_ currency: Currency) -> String {
    if case .price(let lower, let upper) = constraint {
      return "\(kind.name): \(ShopWords.prices(lower, upper, currency))"
    }
    return "\(kind.name): \(label)"
  }
}

extension Recognition.Kind {
  fileprivate var name: String {
    switch self {
    case .brand: "Brand"
    case .category: "Category"
    case .colour: "Colour"
    case .size, .measure: "Size"
    case .attribute: "Feature"
    case .price: "Price"
    }
  }
}
