// 1. Interpolated text is escaped in text and attributes, whatever it holds; HTML within HTML is not escaped again.
// 2. The content security policy lets nothing run but the shop's own files.
import Testing
import Web

@Suite struct WebTests {
  @Test("1: escaping")
  func escaping() {
    let attack = "\"><script>alert('&')</script>"
    let inner: HTML = "<b title=\"\(attack)\">\(attack)</b>"
    let escaped = "&quot;&gt;&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;"
    #expect(inner.text == "<b title=\"\(escaped)\">\(escaped)</b>")
    let outer: HTML = "<p>\(inner)\([inner, inner])\(HTML?.none)\(7)</p>"
    #expect(outer.text == "<p>" + String(repeating: inner.text, count: 3) + "7</p>")
    let plain: HTML = "\("é漢😀 = +")"
    #expect(plain.text == "é漢😀 = +")
  }

  @Test("1: each ASCII character alone")
  func eachCharacter() {
    for code in UInt8(0)..<128 {
      let character = String(UnicodeScalar(code))
      let html: HTML = "\(character)"
      #expect(html.text == character || (html.text.hasPrefix("&") && html.text.hasSuffix(";")))
      #expect(("&<>\"'".contains(character)) == (html.text != character))
    }
  }

  @Test("2: the policy")
  func policy() {
    let policy = Storefront.contentSecurityPolicy
    #expect(policy.hasPrefix("default-src 'self';") && !policy.contains("unsafe") && !policy.contains("script-src"))
    for rule in ["object-src 'none'", "base-uri 'self'", "form-action 'self'", "frame-ancestors 'none'"] {
      #expect(policy.contains(rule))
    }
  }
}
