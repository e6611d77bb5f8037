import Catalog
import Merchandising
import Web

/// Writes a line of rules with the title of the product that it names by its number or code.
struct RuleLabels {
  private var titles: [String: String] = [:]

  init(_ products: [ProductID: RuleProduct] = [:]) {
    for (id, product) in products {
      titles[id.description] = "\(product.title) (\(product.code))"
      titles[product.code] = product.title
      titles["code:\(product.code)"] = product.title
    }
  }

  /// `pin 1: 204` with `Red dress (LD-17)` behind it.
  func html(_ line: Substring) -> HTML {
    guard let title = title(line) else { return "\(String(line))" }
    return "\(String(line)) <span class=\"note\">\(title)</span>"
  }

  /// Line by line.
  func html(_ entry: String) -> HTML {
    let lines = entry.split(separator: "\n", omittingEmptySubsequences: false).map(html)
    return lines.dropFirst().reduce(lines.first ?? "") { "\($0)\n\($1)" }
  }

  private func title(_ line: Substring) -> String? {
    let parts = line.split(separator: ":", maxSplits: 1)
    guard parts.count == 2 else { return nil }
    let head = parts[0].split(separator: " ").first.map { $0.lowercased() }
    guard head == "pin" || head == "hide" else { return nil }
    return titles[parts[1].split(separator: " ").joined(separator: " ")]
  }
}
