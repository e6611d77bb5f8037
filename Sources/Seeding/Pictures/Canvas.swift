/// The drawing area of a picture: 400 by 400, light from the top left, a soft backdrop with a hint of the subject's
/// colour.
struct Canvas {
  /// The colour of the product: the variant's swatch.
  let tint: Tint
  let words: Set<String>
  private var shapes = ""

  init(tint: Tint, words: Set<String>) {
    self.tint = tint
    self.words = words
  }

  func has(_ word: String) -> Bool { words.contains(word) }

  // The paints that every picture has.
  static let body = "url(#b)"
  static let screen = "url(#s)"
  static let metal = "url(#m)"
  static let graphite = "url(#g)"
  static let wood = "url(#w)"
  static let glow = "url(#y)"

  /// Seams and edges.
  var edge: String { tint.darker(tint.luma > 60 ? 34 : 60).css }
  /// A deeper shade of the product's colour, for insides and undersides.
  var shade: String { tint.darker(tint.luma > 60 ? 24 : 45).css }
  /// A lighter shade of the product's colour.
  var highlight: String { tint.lighter(tint.luma > 60 ? 38 : 26).css }
  /// A colour that stands out on the product: for prints, stitches, laces.
  var contrast: String { tint.luma > 150 ? tint.darker(48).css : tint.lighter(72).css }

  private mutating func add(_ element: String) { shapes += element }

  /// Draws the product's shadow, then its outline in the product's colour.
  mutating func body(_ path: String, fill: String = Canvas.body) {
    add("<path d='\(path)' fill='#1b1f2a' opacity='.10' transform='translate(7 11)'/>")
    add("<path d='\(path)' fill='\(fill)' stroke='\(edge)' stroke-width='1.6' stroke-linejoin='round'/>")
    if let print = Self.prints.first(where: words.contains) {
      add("<path d='\(path)' fill='url(#\(print))' opacity='.7'/>")
    }
  }

  mutating func part(_ path: String, _ fill: String, opacity: String = "1") {
    add("<path d='\(path)' fill='\(fill)'\(opacity == "1" ? "" : " opacity='\(opacity)'")/>")
  }

  mutating func line(_ path: String, _ colour: String? = nil, width: String = "2", dash: String? = nil) {
    let dashes = dash.map { " stroke-dasharray='\($0)'" } ?? ""
    add(
      "<path d='\(path)' fill='none' stroke='\(colour ?? edge)' stroke-width='\(width)' stroke-linecap='round'"
        + " stroke-linejoin='round'\(dashes)/>")
  }

  mutating func box(_ x: Int, _ y: Int, _ width: Int, _ height: Int, round: Int = 0, _ fill: String) {
    add("<rect x='\(x)' y='\(y)' width='\(width)' height='\(height)' rx='\(round)' fill='\(fill)'/>")
  }

  mutating func disc(_ x: Int, _ y: Int, _ radius: Int, _ fill: String) {
    add("<circle cx='\(x)' cy='\(y)' r='\(radius)' fill='\(fill)'/>")
  }

  mutating func ring(_ x: Int, _ y: Int, _ radius: Int, _ colour: String? = nil, width: String = "2") {
    add("<circle cx='\(x)' cy='\(y)' r='\(radius)' fill='none' stroke='\(colour ?? edge)' stroke-width='\(width)'/>")
  }

  mutating func oval(_ x: Int, _ y: Int, _ radiusX: Int, _ radiusY: Int, _ fill: String) {
    add("<ellipse cx='\(x)' cy='\(y)' rx='\(radiusX)' ry='\(radiusY)' fill='\(fill)'/>")
  }

  /// Draws the shadow of a standing product on the ground.
  mutating func ground(_ x: Int, _ y: Int, _ radiusX: Int, _ radiusY: Int = 14) {
    oval(x, y, radiusX, radiusY, "url(#h)")
  }

  /// Draws a reflection of the window's light.
  mutating func gleam(_ path: String, opacity: String = ".22") { part(path, "#fff", opacity: opacity) }

  /// Draws twice: once unchanged, and once mirrored at the middle.
  mutating func bothSides(_ draw: (inout Canvas) -> Void) {
    draw(&self)
    add("<g transform='matrix(-1 0 0 1 400 0)'>")
    draw(&self)
    add("</g>")
  }

  /// Draws in a translated, rotated or scaled coordinate system.
  mutating func placed(_ transform: String, _ draw: (inout Canvas) -> Void) {
    add("<g transform='\(transform)'>")
    draw(&self)
    add("</g>")
  }

  /// The prints that a word of the name adds to the whole body.
  static let prints = ["stripes", "pinstripe", "dots", "check", "floral", "knit", "quilt"]

  /// The finished picture.
  var svg: String {
    "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 400 400' role='img'><defs>\(gradients)\(printDefinition)</defs>"
      + "<rect width='400' height='400' fill='url(#d)'/>"
      + "<ellipse cx='200' cy='170' rx='190' ry='170' fill='url(#l)'/>\(shapes)</svg>"
  }

  private var gradients: String {
    // A pale product gets a deeper backdrop, so that white shirts keep their outline.
    let paper = tint.luma > 205 ? Tint(red: 214, green: 219, blue: 224) : Tint(red: 240, green: 239, blue: 236)
    let top = paper.mixed(with: tint, percent: 5)
    let bottom = paper.darker(5).mixed(with: tint, percent: 13)
    let lift = tint.luma > 60 ? 22 : 16
    return Self.gradient("d", "x2='0' y2='1'", [(0, top.css), (100, bottom.css)])
      + "<radialGradient id='l'><stop stop-color='#fff' stop-opacity='.75'/>"
      + "<stop offset='1' stop-color='#fff' stop-opacity='0'/></radialGradient>"
      + "<radialGradient id='h'><stop stop-color='#14171f' stop-opacity='.38'/>"
      + "<stop offset='1' stop-color='#14171f' stop-opacity='0'/></radialGradient>"
      + (shapes.contains("#y)")
        ? "<radialGradient id='y'><stop stop-color='#ffe9a8'/><stop offset='1' stop-color='#ffe9a8' stop-opacity='0'/>"
          + "</radialGradient>" : "")
      + Self.gradient(
        "b", "x2='1' y2='.55'", [(0, tint.lighter(lift).css), (45, tint.css), (100, tint.darker(20).css)])
      + Self.usedOnly(
        shapes, "s", "x2='1' y2='1'", [(0, "#1f3b73"), (48, "#7a5aa6"), (78, "#e98a6b"), (100, "#f7c98b")])
      + Self.usedOnly(shapes, "m", "x2='1' y2='.4'", [(0, "#f4f6f8"), (50, "#c7ccd2"), (100, "#959ca6")])
      + Self.usedOnly(shapes, "g", "x2='1' y2='.6'", [(0, "#4b5058"), (50, "#2b2e34"), (100, "#17191d")])
      + Self.usedOnly(shapes, "w", "x2='1' y2='.3'", [(0, "#d9ac76"), (55, "#b98550"), (100, "#8e6238")])
  }

  private static func usedOnly(_ shapes: String, _ id: String, _ axis: String, _ stops: [(Int, String)]) -> String {
    shapes.contains("#\(id))") ? gradient(id, axis, stops) : ""
  }

  private static func gradient(_ id: String, _ axis: String, _ stops: [(Int, String)]) -> String {
    let text = stops.map { "<stop offset='\($0.0)%' stop-color='\($0.1)'/>" }.joined()
    return "<linearGradient id='\(id)' x1='0' y1='0' \(axis)>\(text)</linearGradient>"
  }

  private var printDefinition: String {
    guard let print = Self.prints.first(where: words.contains) else { return "" }
    let ink = contrast
    let tile: (size: Int, marks: String)
    switch print {
    case "stripes": tile = (26, "<rect width='26' height='10' fill='\(ink)'/>")
    case "pinstripe": tile = (13, "<rect width='1.6' height='13' fill='\(ink)'/>")
    case "dots":
      tile = (26, "<circle cx='7' cy='7' r='4' fill='\(ink)'/><circle cx='20' cy='20' r='4' fill='\(ink)'/>")
    case "check":
      tile = (
        34,
        "<path d='M0 0h34v10H0zM0 0h10v34H0z' fill='\(ink)' opacity='.4'/><path d='M0 22h34M22 0v34' stroke='\(ink)'/>"
      )
    case "floral":
      let petals = [(0, -5), (5, -1), (3, 5), (-3, 5), (-5, -1)]
      let flower = petals.map { "<circle cx='\(14 + $0.0)' cy='\(14 + $0.1)' r='3.6' fill='\(ink)'/>" }.joined()
      let small = petals.map { "<circle cx='\(36 + $0.0)' cy='\(38 + $0.1)' r='2.6' fill='\(ink)'/>" }.joined()
      tile = (48, "\(flower)<circle cx='14' cy='14' r='2.6' fill='\(shade)'/>\(small)")
    case "knit": tile = (12, "<path d='M0 3l6 5 6-5M0 9l6 5 6-5' fill='none' stroke='\(edge)' opacity='.5'/>")
    default: tile = (38, "<path d='M0 0l38 38M38 0L0 38' stroke='\(edge)' stroke-width='1.4'/>")
    }
    return "<pattern id='\(print)' width='\(tile.size)' height='\(tile.size)' patternUnits='userSpaceOnUse'>"
      + "\(tile.marks)</pattern>"
  }
}
