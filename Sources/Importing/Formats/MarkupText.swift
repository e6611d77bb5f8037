import Catalog

/// Text out of a field that may hold HTML, as shops' exports do: tags gone, entities as their characters.
enum MarkupText {
  /// The text that a browser would show; a text without a tag of HTML and without an entity comes back as it is.
  ///
  /// `a < b`, `<5 kg` and `AT&T` are no markup. What was escaped twice (`&lt;p&gt;`) is read twice.
  static func plain(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: "&") }) else { return text }
    var result = text
    for _ in 0..<2 {
      var reader = MarkupReader(result)
      guard let plain = reader.read() else { break }
      result = plain
    }
    return result == text ? text : result.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}

/// One pass over a text.
private struct MarkupReader {
  private let scalars: [Unicode.Scalar]
  private var place = 0
  private var out = String.UnicodeScalarView()
  private var hasMarkup = false

  /// Tags between which words run on; every other tag parts them.
  private static let inline: Set<String> = [
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i", "ins", "kbd",
    "mark",
    "o:p", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "tt", "u", "var", "wbr",
  ]
  private static let parting: Set<String> = [
    "address", "article", "aside", "blockquote", "body", "br", "button", "caption", "center", "col", "colgroup", "dd",
    "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "head",
    "header", "hr", "html", "iframe", "img", "input", "label", "li", "link", "main", "meta", "nav", "noscript",
    "object",
    "ol", "option", "p", "param", "picture", "pre", "script", "section", "select", "source", "style", "table", "tbody",
    "td", "tfoot", "th", "thead", "title", "tr", "ul", "video",
  ]
  /// Text in these is not shown.
  private static let silent: Set<String> = ["script", "style", "head", "noscript", "iframe"]
  /// A tag with all its attributes; a longer one is a text with `<` in it.
  private static let longestTag = 10_000

  init(_ text: String) { scalars = Array(text.unicodeScalars) }

  /// nil where there is no markup.
  mutating func read() -> String? {
    while place < scalars.count {
      let scalar = scalars[place]
      if scalar == "<", tag() { continue }
      if scalar == "&", entity() { continue }
      out.append(scalar)
      place += 1
    }
    return hasMarkup ? String(out) : nil
  }

  private func starts(with text: String, at place: Int) -> Bool { starts(with: Array(text.unicodeScalars), at: place) }

  /// Capitals of ASCII count as their small letters.
  private func starts(with wanted: [Unicode.Scalar], at place: Int) -> Bool {
    guard place + wanted.count <= scalars.count else { return false }
    return wanted.indices.allSatisfy {
      let scalar = scalars[place + $0]
      return scalar == wanted[$0] || ((0x41...0x5A).contains(scalar.value) && scalar.value + 0x20 == wanted[$0].value)
    }
  }

  /// Ends that stand nowhere behind a place that was looked from: they are not looked for again.
  private var missing: Set<String> = []

  private mutating func place(of text: String, from start: Int) -> Int? {
    guard start < scalars.count, !missing.contains(text) else { return nil }
    let wanted = Array(text.unicodeScalars)
    let found = (start..<scalars.count).first { starts(with: wanted, at: $0) }
    if found == nil { missing.insert(text) }
    return found
  }

  /// The closing tags that were found last, by name. An opening tag in front of one is closed by it: each part of the text
  /// is searched once.
  private var closings: [String: Range<Int>] = [:]

  /// Behind the next closing tag of the name.
  private mutating func closing(of name: String, from start: Int) -> Int? {
    if let known = closings[name], known.lowerBound >= start { return known.upperBound }
    var from = start
    while let place = place(of: "</\(name)", from: from) {
      if let end = tagEnd(from: place + name.count + 2) {
        closings[name] = place..<end
        return end
      }
      from = place + 1
    }
    // No closing tag stands behind the last one tried either.
    missing.insert("</\(name)")
    return nil
  }

  private mutating func tag() -> Bool {
    if starts(with: "<!--", at: place) || starts(with: "<![CDATA[", at: place) {
      let isComment = scalars[place + 2] == "-"
      guard let end = place(of: isComment ? "-->" : "]]>", from: place + 4) else { return false }
      if !isComment { out.append(contentsOf: scalars[(place + 9)..<max(place + 9, end)]) }
      return leave(at: end + 3, parts: isComment)
    }
    var at = place + 1
    let isClosing = at < scalars.count && scalars[at] == "/"
    if isClosing { at += 1 }
    var name = ""
    while at < scalars.count, scalars[at].properties.isAlphabetic || (0x30...0x3A).contains(scalars[at].value) {
      name += scalars[at].properties.lowercaseMapping
      at += 1
    }
    guard Self.inline.contains(name) || Self.parting.contains(name), let end = tagEnd(from: at) else { return false }
    if Self.silent.contains(name), !isClosing, let closed = closing(of: name, from: end) {
      return leave(at: closed, parts: true)
    }
    return leave(at: end, parts: Self.parting.contains(name))
  }

  private mutating func leave(at end: Int, parts: Bool) -> Bool {
    if parts { out.append(" ") }
    place = end
    hasMarkup = true
    return true
  }

  /// Behind the `>` of a tag, quotes passed over; nil where there is none, or where the name is not followed as in a tag.
  private func tagEnd(from start: Int) -> Int? {
    guard start < scalars.count, [">", "/", " ", "\n", "\t", "\r"].contains(scalars[start]) else { return nil }
    var quote: Unicode.Scalar?
    for at in start..<min(scalars.count, start + Self.longestTag) {
      let scalar = scalars[at]
      if let open = quote {
        if scalar == open { quote = nil }
      } else if scalar == "\"" || scalar == "'" {
        quote = scalar
      } else if scalar == ">" {
        return at + 1
      } else if scalar == "<" {
        return nil
      }
    }
    return nil
  }

  // MARK: Entities

  private static let longestEntity = 10

  private mutating func entity() -> Bool {
    let name = scalars[(place + 1)...].prefix(Self.longestEntity + 1)
    guard let end = name.firstIndex(of: ";"),
      let scalar = Self.character(String(String.UnicodeScalarView(name[..<end])))
    else { return false }
    out.append(scalar)
    place = end + 1
    hasMarkup = true
    return true
  }

  private static func character(_ name: String) -> Unicode.Scalar? {
    guard name.hasPrefix("#") else { return named[name] }
    let isHexadecimal = name.dropFirst().first.map { $0 == "x" || $0 == "X" } ?? false
    let digits = name.dropFirst(isHexadecimal ? 2 : 1)
    guard let code = UInt32(digits, radix: isHexadecimal ? 16 : 10), code >= 0x20 || code == 9 || code == 10 else {
      return nil
    }
    return Unicode.Scalar(code)
  }

  /// Latin-1 in its order, then what texts of shops use beside (HTML 4.01, 24).
  private static let named: [String: Unicode.Scalar] = {
    let latin = """
      nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro \
      para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil \
      Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave \
      Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml \
      igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute \
      thorn yuml
      """
    var result: [String: Unicode.Scalar] = [
      "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "ndash": "–", "mdash": "—", "lsquo": "‘",
      "rsquo": "’", "sbquo": "‚", "ldquo": "“", "rdquo": "”", "bdquo": "„", "bull": "•", "hellip": "…", "prime": "′",
      "Prime": "″", "trade": "™", "euro": "€", "ensp": " ", "emsp": " ", "thinsp": " ", "minus": "−", "le": "≤",
      "ge": "≥", "ne": "≠", "asymp": "≈", "Omega": "Ω", "mu": "μ", "OElig": "Œ", "oelig": "œ", "Scaron": "Š",
      "scaron": "š", "rarr": "→", "larr": "←", "check": "✓", "lsaquo": "‹", "rsaquo": "›", "dagger": "†",
    ]
    for (offset, name) in latin.split(separator: " ").enumerated() {
      result[String(name)] = Unicode.Scalar(0xA0 + UInt32(clamping: offset))
    }
    return result
  }()
}

extension ProductRecord {
  /// The same product with the texts that shoppers read as plain text.
  func withoutMarkup() -> ProductRecord {
    var record = self
    let plainTitle = MarkupText.plain(title)
    // A title of nothing but tags is better than none.
    record.title = plainTitle.isEmpty ? title : plainTitle
    record.summary = MarkupText.plain(summary)
    // A name must have more than markup.
    func name(_ text: String) -> String? {
      let plain = MarkupText.plain(text)
      return plain.isEmpty && !text.isEmpty ? nil : plain
    }
    record.brand = brand.flatMap(name)
    record.categories = categories.compactMap { path in
      let names = path.compactMap(name)
      return names.isEmpty && !path.isEmpty ? nil : names
    }
    record.attributes = attributes.compactMap { $0.withoutMarkup() }
    for index in record.variants.indices {
      record.variants[index].options = variants[index].options.compactMap { $0.withoutMarkup() }
    }
    return record
  }
}

extension ProductRecord.Attribute {
  /// nil where its values are nothing but markup: a browser would show nothing.
  fileprivate func withoutMarkup() -> ProductRecord.Attribute? {
    var attribute = self
    attribute.values = values.compactMap { value in
      switch value {
      case .text(let text):
        let plain = MarkupText.plain(text)
        return plain.isEmpty && !text.isEmpty ? nil : .text(plain)
      case .swatch(let name, let hex):
        let plain = MarkupText.plain(name)
        return .swatch(name: plain.isEmpty ? name : plain, hex: hex)
      case .number, .boolean, .date: return value
      }
    }
    return attribute.values.isEmpty && !values.isEmpty ? nil : attribute
  }
}
