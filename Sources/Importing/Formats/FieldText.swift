import Catalog

/// Reads the values that files write as text.
enum FieldText {
  static func lifecycle(_ text: String) throws -> Lifecycle {
    guard let lifecycle = Lifecycle(rawValue: text) else {
      throw LineRefusal("lifecycle \(text) is none of \(Lifecycle.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return lifecycle
  }

  static func audience(_ codes: [String]) throws -> Audience {
    guard let audience = Audience(codes: codes), !audience.isEmpty else {
      throw LineRefusal("audience \(codes.joined(separator: ", ")) is not b2c, b2b or both")
    }
    return audience
  }

  static func timestamp(_ text: String, _ field: String) throws -> Timestamp {
    guard let time = Timestamp(text) else {
      throw LineRefusal("\(field) \(text) is no date as 2026-11-23 or 2026-11-23T17:00:00Z")
    }
    return time
  }

  static func currency(_ text: String) throws -> Currency {
    guard let currency = Currency(code: text), knownCurrencies.contains(text) else {
      throw LineRefusal("currency \(text) is not known: give an ISO 4217 code as GBP or EUR")
    }
    return currency
  }

  static func gtin(_ text: String) throws -> String {
    guard GTIN.isWellFormed(text) else { throw LineRefusal("gtin \(text) is not 8 to 14 digits") }
    return text
  }

  static func hex(_ text: String) throws -> String {
    let digits = text.utf8.dropFirst()
    let isHex = digits.allSatisfy { (48...57).contains($0) || (65...70).contains($0) || (97...102).contains($0) }
    guard text.hasPrefix("#"), digits.count == 6, isHex else {
      throw LineRefusal("swatch colour \(text) is not # and six hexadecimal digits")
    }
    return text.lowercased()
  }

  static func attributeType(_ text: String) throws -> AttributeType {
    guard let type = AttributeType(rawValue: text) else {
      let all = AttributeType.allCases.map(\.rawValue).joined(separator: ", ")
      throw LineRefusal("attribute type \(text) is none of \(all)")
    }
    return type
  }

  static func attributeCode(_ text: String) throws -> String {
    let isCode = text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 0x5F }
    guard isCode, let first = text.utf8.first, first != 0x5F else {
      throw LineRefusal("attribute code \(text) is not lowercase letters, digits and _")
    }
    return text
  }

  /// `screen_size` → `Screen size`.
  static func name(ofCode code: String) -> String {
    let words = code.split(separator: "_").joined(separator: " ")
    return words.prefix(1).uppercased() + words.dropFirst()
  }

  /// Without white space around; nil for nothing. NUL, which no database text holds, is refused.
  static func kept(_ text: String, _ field: String) throws -> String? {
    guard !text.utf8.contains(0) else { throw LineRefusal("\(field) holds a NUL character: remove it") }
    return trimmed(text)
  }

  static func trimmed(_ text: some StringProtocol) -> String? {
    guard let first = text.firstIndex(where: { !$0.isWhitespace }),
      let last = text.lastIndex(where: { !$0.isWhitespace })
    else { return nil }
    return String(text[first...last])
  }

  /// ISO 4217's active codes, without funds, metals and test codes.
  static let knownCurrencies: Set<String> = Set(
    """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP \
    CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF \
    IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD \
    MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB \
    RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD \
    UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
    """.split(separator: " ").map(String.init))
}
