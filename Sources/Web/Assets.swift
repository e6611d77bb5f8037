package import Edge
import HTTPServer

/// The storefront's own style sheet, script and icon: compiled in, served under names that change with their content.
package enum Assets {
  package static let stylePath = "/assets/shop.css?v=\(fingerprint(Stylesheet.text))"
  static let scriptPath = "/assets/shop.js?v=\(fingerprint(Script.text))"

  /// The address changes when the content does, so a browser may keep it for a year.
  private static let forEver = "public, max-age=31536000, immutable"

  static func register(on routes: inout Routes, shopName: String) {
    let style = Array(Stylesheet.text.utf8)
    let script = Array(Script.text.utf8)
    let manifest = Array(manifest(shopName: shopName).utf8)
    add("/assets/shop.css", style, "text/css; charset=utf-8", to: &routes)
    add("/assets/shop.js", script, "text/javascript; charset=utf-8", to: &routes)
    add("/assets/icon.svg", Array(icon.utf8), "image/svg+xml", to: &routes)
    add("/favicon.ico", Array(icon.utf8), "image/svg+xml", to: &routes)
    add("/assets/shop.webmanifest", manifest, "application/manifest+json", to: &routes)
    add(
      "/robots.txt",
      Array(
        ("User-agent: *\n" + notForRobots.map { "Disallow: \($0)\n" }.joined()).utf8),
      "text/plain",
      to: &routes)
  }

  /// Lists without end, a visitor's own page, and what is not for shoppers.
  private static let notForRobots = ["/search", "/facets/", "/history", "/console", "/v1/"]

  /// Serves bytes that are compiled in.
  package static func add(_ path: String, _ bytes: [UInt8], _ type: String, to routes: inout Routes) {
    let tag = "\"\(fingerprint(bytes))\""
    routes.get(path, Route(access: .everyone, name: "asset", rate: .free, isImmediate: true)) { request in
      if request.headers["If-None-Match"] == tag { return HTTPResponse(status: .notModified, headers: ["ETag": tag]) }
      var response = HTTPResponse.bytes(bytes, contentType: type)
      response.headers["Cache-Control"] = forEver
      response.headers["ETag"] = tag
      return response
    }
  }

  package static func fingerprint(_ text: String) -> String { fingerprint(Array(text.utf8)) }

  private static func fingerprint(_ bytes: [UInt8]) -> String { UInt64(fnv1aOf: bytes).hexadecimal }

  private static let icon = """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="14" fill="#1d2733"/><path d="M14 16l18 34 18-34" fill="none" stroke="#f4b860" stroke-width="7" stroke-linecap="round" stroke-linejoin="round"/></svg>
    """

  private static func manifest(shopName: String) -> String {
    let name = shopName.replacing("\\", with: "").replacing("\"", with: "")
    return """
      {"name":"\(name)","short_name":"\(name)","start_url":"/","display":"standalone","background_color":"#ffffff","theme_color":"#1d2733","icons":[{"src":"/assets/icon.svg","sizes":"any","type":"image/svg+xml"}]}
      """
  }
}
