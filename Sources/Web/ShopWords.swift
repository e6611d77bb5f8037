import Catalog
import HTTPServer
import SearchService
import Understanding

/// English for shoppers: labels of orders, counts of choices, ranges, and problems.
enum ShopWords {
  /// `3 colours`, `1 size`, `6 capacities`. A name that is not made of plain words stays as it is: `6 choices of Size (UK)`.
  static func count(_ count: Int, of name: String) -> String {
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

  private static func plural(_ word: String) -> String {
    let vowels = "aeiou"
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
  static func prices(_ lower: Int64?, _ upper: Int64?, _ currency: Currency) -> String {
    func text(_ amount: Int64?) -> String {
      amount.map { Money(minorUnits: $0, currency: currency).shortText } ?? ""
    }
    return range(text(lower), text(upper))
  }

  /// `30 November 2026, 14:05 UTC`.
  static func time(_ time: Timestamp) -> String {
    let text = time.description
    return "\(date(String(text.prefix(10)))), \(text.dropFirst(11).prefix(5)) UTC"
  }

  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
  ]

  /// `2026-11-30` → `30 November 2026`; another text as it is.
  static func date(_ text: String) -> String {
    let parts = text.split(separator: "-").map { Int($0) }
    guard parts.count == 3, let year = parts[0], let month = parts[1], let day = parts[2],
      months.indices.contains(month - 1)
    else { return text }
    return "\(day) \(months[month - 1]) \(year)"
  }

  /// A page's words for a problem. The API's own words name parameters and fields, which tell a shopper nothing.
  static func message(of problem: Problem) -> (title: String, text: String) {
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
