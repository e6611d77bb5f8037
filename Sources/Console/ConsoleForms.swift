import Catalog
import Edge
import HTTPServer
import Merchandising
import PriceDesk
import Pricing
import Replenishment
import Understanding
import Web

/// The parts that merchandisers' forms share: the sender's name, notices, buttons and differences.
enum ConsoleForms {
  static let largestForm = 64 * 1024
  static let largestTexts = 48 * 1024 * 1024

  /// The name that the audit knows.
  static func actor(_ request: HTTPRequest) -> String { request.principal.auditName ?? "unknown" }

  /// The reason of an error that a person can mend; nil for another error.
  static func reason(_ error: any Error) -> String? {
    switch error {
    case let refusal as Merchandising.Refusal: sentence(refusal.description)
    case let fault as RuleFault: sentence("\(fault)")
    case let refusal as PriceDesk.Refusal: sentence(refusal.description)
    case let fault as PriceFileError: sentence("\(fault)")
    case let refusal as Replenishment.Refusal: sentence(refusal.description)
    default: nil
    }
  }

  static func sentence(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() + "." }

  static func notice(_ text: String?, isBad: Bool = false) -> HTML? {
    text.map { text in
      isBad
        ? "<p class=\"notice bad\" role=\"alert\">\(text)</p>" : "<p class=\"notice good\" role=\"status\">\(text)</p>"
    }
  }

  /// A form of one button; `about` tells a screen reader which of many equal ones it is.
  static func button(
    _ label: String, to path: String, _ member: StaffPrincipal?, _ fields: [(String, String)] = [],
    kind: String = "button quiet small", about: String? = nil
  ) -> HTML {
    let subject: HTML? = about.map { "<span class=\"hidden\"> \($0)</span>" }
    return
      "<form method=\"post\" action=\"\(path)\">\(FormToken.field(member))\(hidden(fields))<button class=\"\(kind)\" type=\"submit\">\(label)\(subject)</button></form>"
  }

  static func hidden(_ fields: [(String, String)]) -> [HTML] {
    fields.map { name, value in "<input type=\"hidden\" name=\"\(name)\" value=\"\(value)\">" }
  }

  /// The removed and added entries of each kind.
  static func difference(_ difference: RuleDifference, _ labels: RuleLabels = RuleLabels()) -> HTML {
    guard !difference.isEmpty else { return "<p class=\"note\">Nothing differs.</p>" }
    let parts = difference.parts.map { part -> HTML in
      let removed = part.removed.prefix(shownEntries).map { "<li class=\"removed\">− \(labels.html($0))</li>" as HTML }
      let added = part.added.prefix(shownEntries).map { "<li class=\"added\">+ \(labels.html($0))</li>" as HTML }
      let rest = max(0, part.removed.count - shownEntries) + max(0, part.added.count - shownEntries)
      let more: HTML? = rest > 0 ? "<li>and \(ShopWords.number(rest)) more</li>" : nil
      let order: HTML? = removed.isEmpty && added.isEmpty ? "<li>The same entries in another order</li>" : nil
      return "<h3>\(title(part.kind.rawValue))</h3><ul class=\"diff\">\(removed)\(added)\(order)\(more)</ul>"
    }
    return "<div>\(parts)</div>"
  }

  static let shownEntries = 200

  /// `stop-phrases` → `Stop phrases`
  static func title(_ kind: String) -> String {
    let words = kind.replacing("-", with: " ")
    return words.prefix(1).uppercased() + words.dropFirst()
  }
}
