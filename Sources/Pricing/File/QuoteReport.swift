import Catalog
public import JSON

extension PriceQuote {
  private func text(_ minorUnits: Int64) -> String { Money(minorUnits: minorUnits, currency: currency).decimalText }

  /// The steps that made a line's price, a sentence each.
  public func explanation(ofLine place: Int) -> [String] {
    lines[place].steps.map { step in
      switch step {
      case .listed(let list, let amount, let quantity):
        "list \(list): \(text(amount))" + (quantity > 1 ? " from \(quantity) pieces" : "")
      case .adjusted(let share, let amount):
        "list's adjustment \(share.partsPerMillion > 0 ? "+" : "")\(share): \(text(amount))"
      case .ended(let amount): "ending: \(text(amount))"
      case .sale(let amount): "sale price: \(text(amount))"
      case .raised(let amount, let kind): "raised to the \(kind.words): \(text(amount))"
      case .line(let pieces, let amount): "\(pieces) pieces: \(text(amount))"
      case .promotion(let code, let off): "promotion \(code): -\(text(off))"
      case .held(let code, let kind, let refused):
        "promotion \(code): a further \(text(refused)) is held back by the \(kind.words)"
      case .tax(let rate, let rounding, let net, let tax, let gross):
        "tax \(rate), rounded by \(rounding.rawValue): \(text(net)) + \(text(tax)) = \(text(gross))"
      }
    }
  }

  /// The quote as a person reads it.
  public var report: String {
    var report: [String] = []
    for (place, line) in lines.enumerated() {
      report.append("variant \(line.variant) × \(line.quantity): \(text(taxView == .included ? line.gross : line.net))")
      report += explanation(ofLine: place).map { "  " + $0 }
      if let measure = line.measure { report.append("  \(text(measure.amount)) per \(measure.unit)") }
      if let prior = line.priorUnitAmount {
        let reduction = line.announcedReduction.map { "-\($0) may be announced" } ?? "no reduction may be announced"
        report.append("  lowest price of the last \(priorPriceDays) days: \(text(prior)); \(reduction)")
      }
    }
    for coupon in coupons { report.append("coupon \(coupon.code): \(coupon.result.rawValue)") }
    for total in taxes {
      report.append("tax \(total.rate): \(text(total.net)) + \(text(total.tax)) = \(text(total.gross))")
    }
    report.append("net \(text(net)), tax \(text(tax)), gross \(text(gross)) \(currency), discount \(text(discount))")
    report.append("quote \(id), book version \(bookVersion), valid from \(issuedAt) until \(validUntil)")
    return report.joined(separator: "\n")
  }

  /// The quote for programs: ids and amounts as texts.
  public func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("id", id.description)
      writer.member("book_version", bookVersion)
      writer.member("currency", currency.code)
      writer.member("issued_at", issuedAt.description)
      writer.member("valid_until", validUntil.description)
      for (name, amount) in [("net", net), ("tax", tax), ("gross", gross), ("discount", discount)] {
        writer.name(text: name)
        writer.string(text(amount))
      }
      writer.member("shown", shown.decimalText)
      writer.name("taxes")
      writer.array { writer in
        for total in taxes {
          writer.object { writer in
            writer.member("percent", total.rate.percentText)
            writer.member("net", text(total.net))
            writer.member("tax", text(total.tax))
            writer.member("gross", text(total.gross))
          }
        }
      }
      writer.name("coupons")
      writer.array { writer in
        for coupon in coupons {
          writer.object { writer in
            writer.member("code", coupon.code.text)
            writer.member("result", coupon.result.rawValue)
          }
        }
      }
      writer.name("lines")
      writer.array { writer in for place in lines.indices { write(line: place, to: &writer) } }
    }
  }

  private func write(line place: Int, to writer: inout JSONWriter) {
    let line = lines[place]
    writer.object { writer in
      writer.member("variant", line.variant.description)
      writer.member("quantity", line.quantity)
      writer.member("list", line.list.text)
      writer.member("includes_tax", line.includesTax)
      let amounts: [(String, Int64?)] = [
        ("regular_unit_amount", line.regularUnitAmount), ("unit_amount", line.unitAmount), ("amount", line.amount),
        ("discount", line.discount), ("payable", line.payable), ("net", line.net), ("tax", line.tax),
        ("gross", line.gross), ("was_unit_amount", line.wasUnitAmount), ("prior_unit_amount", line.priorUnitAmount),
      ]
      for case (let name, let amount?) in amounts {
        writer.name(text: name)
        writer.string(text(amount))
      }
      if let reduction = line.announcedReduction { writer.member("announced_reduction_percent", reduction.percentText) }
      if let measure = line.measure {
        writer.member("measure_amount", text(measure.amount))
        writer.member("measure_unit", measure.unit)
      }
      writer.member("steps", explanation(ofLine: place))
    }
  }
}

extension PriceFloor.Kind {
  var words: String {
    switch self {
    case .minimumAdvertised: "least advertised price"
    case .legal: "legal floor"
    }
  }
}
