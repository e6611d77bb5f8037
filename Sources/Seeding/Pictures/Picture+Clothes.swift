extension Picture {
  static let clothes: [String: Drawing] = [
    "dress": Drawing(["mini", "midi", "maxi", "short", "long", "wrap", "belt", "pleats", "slip"], drawDress),
    "tshirt": Drawing(["vneck", "pocket", "long", "vest"], drawTShirt),
    "shirt": Drawing(["short", "polo", "bow"], drawShirt),
    "jumper": Drawing(["roll", "vneck", "cardigan", "cable"], drawJumper),
    "hoodie": Drawing(["zip"], drawHoodie),
    "jacket": Drawing(["denim", "puffer", "biker", "blazer", "rain"], drawJacket),
    "coat": Drawing(["trench", "wool", "parka"], drawCoat),
    "trousers": Drawing(["jeans", "wide", "slim", "shorts", "cargo", "joggers"], drawTrousers),
    "skirt": Drawing(["pleats", "mini", "denim"], drawSkirt),
  ]

  @Sendable private static func drawDress(_ c: inout Canvas) {
    let hem = c.has("mini") ? 282 : c.has("maxi") ? 362 : 326
    let width = c.has("slip") ? 62 : c.has("mini") ? 84 : c.has("maxi") ? 100 : 94
    if c.has("long") {
      c.bothSides { $0.body("M160 66Q134 72 126 118L102 226Q112 234 126 231L158 130Z") }
    } else if c.has("short") {
      c.bothSides { $0.body("M160 66Q132 74 116 126Q130 140 150 138L160 104Z") }
    }
    let neck = c.has("wrap") || c.has("slip") ? "L174 62L200 122L226 62" : "L176 62Q200 100 224 62"
    c.body(
      "M\(c.has("slip") ? 168 : 158) 64\(neck)L\(c.has("slip") ? 232 : 242) 64Q240 98 252 116Q248 150 237 180"
        + "Q258 240 \(200 + width) \(hem)Q200 \(hem + 18) \(200 - width) \(hem)Q142 240 163 180Q152 150 148 116Q160 98"
        + " 158 64Z")
    c.line("M163 180Q200 190 237 180", width: "1.8")
    if c.has("wrap") {
      c.line("M200 122L168 182M226 64L200 122", width: "2")
      c.part("M166 178q-22 4-26 26q16-4 28-18q2 22 14 34q4-24-12-42z", c.shade)
      c.line("M176 196Q188 260 \(200 - width / 4) \(hem + 6)", width: "1.6")
    }
    if c.has("belt") {
      c.part("M163 174Q200 184 237 174L239 190Q200 200 161 190Z", c.shade)
      c.box(190, 178, 20, 18, round: 4, "#d8b26a")
    }
    let folds = c.has("pleats") ? [-3, -2, -1, 0, 1, 2, 3] : [-2, 1]
    for fold in folds {
      c.line(
        "M\(200 + fold * 9) \(c.has("pleats") ? 188 : 206)Q\(200 + fold * 13) 250 \(200 + fold * width / 4) \(hem - 4)",
        width: "1.2")
    }
    c.gleam("M160 190Q146 250 \(208 - width) \(hem - 4)L\(222 - width) \(hem)Q158 250 170 190Z", opacity: ".16")
  }

  @Sendable private static func drawTShirt(_ c: inout Canvas) {
    if c.has("vest") {
      c.body("M150 74L170 70Q200 138 230 70L250 74Q246 132 276 150L272 330Q200 340 128 330L124 150Q154 132 150 74Z")
    } else if c.has("long") {
      c.body(upper(hem: 328))
      cuffs(&c)
    } else {
      c.body(
        "M152 80Q200 104 248 80L290 98Q322 130 340 178L298 198L272 160L274 328Q200 338 126 328L128 160L102 198L60 178"
          + "Q78 130 110 98Z")
      c.bothSides { $0.line("M66 170L106 190", width: "1.2") }
      c.line("M127 320Q200 330 273 320", width: "1.2")
    }
    if !c.has("vest") {
      let neck = c.has("vneck") ? "M152 80L200 140L248 80Q200 100 152 80Z" : "M152 80Q200 138 248 80Q200 102 152 80Z"
      c.part(neck, c.shade)
      c.line(c.has("vneck") ? "M152 80L200 140L248 80" : "M152 80Q200 138 248 80", c.highlight, width: "5")
    }
    if c.has("pocket") { c.line("M222 160h38v36q-19 12-38 0zM222 168h38", width: "1.6") }
    c.gleam("M132 176Q128 250 132 322L152 326Q144 250 150 176Z", opacity: ".14")
  }

  /// The outline of a long-sleeved garment down to `hem`.
  private static func upper(hem: Int) -> String {
    "M152 78Q200 98 248 78L286 94Q306 106 314 140L342 300Q328 312 306 308L278 190L280 \(hem)Q200 \(hem + 10) 120 \(hem)"
      + "L122 190L94 308Q72 312 58 300L86 140Q94 106 114 94Z"
  }

  private static func cuffs(_ c: inout Canvas) {
    c.bothSides {
      $0.line("M62 284Q80 294 98 290", width: "1.5")
      $0.line("M122 190L128 150", width: "1.5")
    }
  }

  @Sendable private static func drawShirt(_ c: inout Canvas) {
    if c.has("short") || c.has("polo") {
      c.body(
        "M152 80Q200 104 248 80L290 98Q320 130 334 190L292 204L274 164L276 326Q200 336 124 326L126 164L108 204L66 190"
          + "Q80 130 110 98Z")
    } else {
      c.body(upper(hem: 326))
      cuffs(&c)
    }
    c.part("M158 78Q200 116 242 78L200 98Z", c.shade)
    c.bothSides { $0.part("M150 76L170 66L200 104L172 134Z", $0.highlight) }
    c.bothSides { $0.line("M150 76L170 66L200 104L172 134Z", width: "1.5") }
    let end = c.has("polo") ? 184 : 330
    c.line("M192 108V\(end)M208 108V\(end)", width: "1.2")
    for y in stride(from: 132, to: end - 8, by: c.has("polo") ? 22 : 36) { c.disc(200, y, 3, c.contrast) }
    if c.has("bow") {
      c.part("M200 108Q166 88 158 116Q166 142 200 114Q234 142 242 116Q234 88 200 108Z", c.shade)
      c.part("M196 112L176 190L190 186L202 118L212 186L226 188L206 112Z", c.shade)
    } else if !c.has("polo") {
      c.line("M222 166h36v34l-18 10l-18-10z", width: "1.4")
    }
  }

  @Sendable private static func drawJumper(_ c: inout Canvas) {
    c.body(upper(hem: 318))
    let rib = stride(from: 126, through: 276, by: 10).map { "M\($0) 304L\($0) 321" }.joined()
    c.line(rib, width: "1.3")
    c.line("M121 302Q200 312 279 302", width: "1.4")
    c.bothSides { $0.line("M64 276L100 284M66 300L70 282M78 304L82 284M90 306L93 286", width: "1.3") }
    if c.has("cable") {
      for x in [172, 200, 228] {
        let twists = stride(from: 132, to: 290, by: 24)
          .map { "M\(x - 7) \($0)q14 12 0 24M\(x + 7) \($0)q-14 12 0 24" }.joined()
        c.line(twists, width: "1.7")
      }
    }
    if c.has("roll") {
      c.body("M158 50Q200 60 242 50L248 90Q200 116 152 90Z")
      c.line("M164 60l2 36M180 62l1 40M200 64v42M220 62l-1 40M236 60l-2 36", width: "1.2")
    } else if c.has("vneck") || c.has("cardigan") {
      let tip = c.has("cardigan") ? 190 : 150
      c.part("M152 78L200 \(tip)L248 78Q200 98 152 78Z", c.shade)
      c.line("M152 78L200 \(tip)L248 78", c.highlight, width: "7")
      if c.has("cardigan") {
        c.line("M200 190V320", c.highlight, width: "9")
        c.line("M200 190V322", width: "1.4")
        for y in stride(from: 206, to: 310, by: 30) { c.disc(200, y, 5, "#c9a76a") }
      }
    } else {
      c.part("M152 78Q200 134 248 78Q200 98 152 78Z", c.shade)
      c.line("M152 78Q200 134 248 78", c.highlight, width: "8")
    }
  }

  @Sendable private static func drawHoodie(_ c: inout Canvas) {
    c.body("M146 92Q142 44 200 42Q258 44 254 92Q200 150 146 92Z")
    c.body(upper(hem: 322))
    c.part("M160 84Q166 56 200 56Q234 56 240 84Q200 128 160 84Z", c.shade)
    c.line("M150 84Q200 150 250 84", c.highlight, width: "5")
    c.line("M120 304Q200 314 280 304", width: "1.5")
    cuffs(&c)
    if c.has("zip") {
      c.line("M200 118V326", "#d4d8dd", width: "5")
      c.line("M200 118V326", width: "1.4", dash: "3 3")
      c.bothSides { $0.line("M140 284L150 236L186 230V290", width: "1.7") }
    } else {
      c.line("M144 292L160 230H240L256 292", width: "1.8")
    }
    c.bothSides { $0.line("M184 116Q180 150 184 178", "#f3f3f0", width: "3.4") }
  }

  @Sendable private static func drawJacket(_ c: inout Canvas) {
    c.body(upper(hem: c.has("biker") || c.has("denim") ? 296 : 316))
    let hem = c.has("biker") || c.has("denim") ? 300 : 320
    cuffs(&c)
    if c.has("puffer") {
      for y in stride(from: 126, to: hem, by: 34) { c.line("M124 \(y)Q200 \(y + 14) 276 \(y)", width: "2") }
      c.bothSides { $0.line("M84 152l34 10M78 190l34 10M72 226l34 10M66 260l32 10", width: "2") }
      c.body("M156 58Q200 68 244 58L250 92Q200 110 150 92Z")
      c.line("M200 66V\(hem + 6)", "#e6e8ea", width: "4")
    } else if c.has("rain") {
      c.body("M148 92Q146 46 200 44Q254 46 252 92Q200 140 148 92Z")
      c.part("M164 88Q168 60 200 60Q232 60 236 88Q200 118 164 88Z", c.shade)
      c.line("M200 112V\(hem + 6)", c.contrast, width: "4")
      c.bothSides { $0.line("M140 250h44v40h-44zM138 262h48", width: "1.6") }
    } else if c.has("blazer") {
      c.part("M170 82L200 200L230 82Q200 96 170 82Z", "#f7f5f0")
      c.bothSides { $0.part("M168 76L146 84L150 124L140 134L200 226L200 196Z", $0.shade) }
      c.line("M200 200V\(hem + 4)", width: "1.8")
      c.disc(206, 238, 4, c.contrast)
      c.disc(206, 268, 4, c.contrast)
      c.bothSides { $0.line("M136 262h44v10h-44z", width: "1.6") }
    } else if c.has("biker") {
      c.bothSides { $0.part("M168 76L140 88L152 128L196 150L200 110Z", $0.shade) }
      c.line("M206 120L188 302", "#d4d8dd", width: "4")
      c.line("M140 232l40 14M222 246l38-14", "#d4d8dd", width: "3")
      c.line("M120 286Q200 296 280 286", width: "1.6")
    } else {
      c.bothSides { $0.part("M152 74L170 68L200 100L168 128Z", $0.highlight) }
      c.line("M200 104V\(hem + 4)M124 282Q200 292 276 282", width: "1.8")
      c.bothSides { $0.line("M140 150h44v14l-22 14l-22-14zM140 178l10 104M180 178l-8 108", "#d9b679", width: "1.6") }
      for y in stride(from: 124, to: 290, by: 32) { c.disc(207, y, 3, "#d9b679") }
    }
  }

  @Sendable private static func drawCoat(_ c: inout Canvas) {
    c.body(
      "M152 64Q200 82 248 64L284 78Q302 90 308 122L332 264Q318 276 298 272L276 176L290 364Q200 376 110 364L124 176"
        + "L102 272Q82 276 68 264L92 122Q98 90 116 78Z")
    c.bothSides { $0.line("M74 250Q90 260 106 256", width: "1.6") }
    if c.has("parka") {
      c.body("M146 80Q144 38 200 36Q256 38 254 80Q200 128 146 80Z")
      c.line("M150 78Q152 46 200 44Q248 46 250 78", "#e5d7c3", width: "13")
      c.line("M200 108V366", "#d4d8dd", width: "4")
      c.bothSides { $0.line("M132 256h48v52h-48zM130 270h52", width: "1.8") }
    } else {
      c.part("M172 66L200 164L228 66Q200 80 172 66Z", c.has("trench") ? "#f4efe6" : c.shade)
      c.bothSides { $0.part("M168 60L144 70L148 114L138 124L200 196L200 160Z", $0.highlight) }
      c.bothSides { $0.line("M168 60L144 70L148 114L138 124L200 196", width: "1.5") }
      c.line("M200 180V368", width: "1.8")
      for y in [212, 258, 304] { c.bothSides { if $0.has("trench") { $0.disc(180, y - 8, 5, $0.edge) } } }
      if c.has("trench") {
        c.part("M122 210Q200 222 278 210L280 228Q200 240 120 228Z", c.shade)
        c.box(188, 212, 24, 22, round: 3, c.highlight)
        c.part("M214 230l26 60l14-6l-24-56z", c.shade)
      } else {
        for y in [214, 254, 294] { c.disc(210, y, 6, c.shade) }
        c.bothSides { $0.line("M130 252l40 6v14l-40-6z", width: "1.8") }
      }
    }
    c.gleam("M128 180L118 358L138 362L146 180Z", opacity: ".12")
  }

  @Sendable private static func drawTrousers(_ c: inout Canvas) {
    let spread = c.has("wide") ? 26 : c.has("slim") ? -10 : 4
    if c.has("shorts") {
      c.body("M138 108L262 108L288 268Q250 282 212 274L200 186L188 274Q150 282 112 268Z")
      c.bothSides { $0.line("M114 256Q150 270 189 262", width: "1.4") }
    } else {
      c.body(
        "M142 52L258 52L\(276 + spread) 352Q\(248 + spread / 2) 360 \(222 - spread / 3) 354L200 144"
          + "L\(178 + spread / 3) 354Q\(152 - spread / 2) 360 \(124 - spread) 352Z")
    }
    let top = c.has("shorts") ? 108 : 52
    c.line("M140 \(top + 18)Q200 \(top + 24) 260 \(top + 18)", width: "1.6")
    c.line("M200 \(top + 20)V\(top + 90)M206 \(top + 22)q6 44-6 62", width: "1.5")
    if c.has("joggers") {
      c.bothSides { $0.line("M124 340Q150 348 178 342", width: "3") }
      c.bothSides { $0.line("M194 \(top + 14)l-6 50", "#f3f3f0", width: "3") }
    }
    let stitch = c.has("jeans") ? "#d9a05b" : c.edge
    c.bothSides { $0.line("M146 \(top + 22)Q150 \(top + 50) 134 \(top + 54)", stitch, width: "1.7") }
    if c.has("jeans") {
      for x in [150, 176, 224, 250] { c.box(x - 3, top - 3, 6, 22, round: 2, c.shade) }
      c.disc(200, top + 10, 4, "#d9a05b")
      c.bothSides { $0.gleam("M148 160Q136 210 144 280L162 280Q160 210 168 160Z", opacity: ".16") }
    } else if !c.has("shorts") {
      c.bothSides { $0.line("M168 \(top + 30)L150 346", width: "1.1") }
    }
    if c.has("cargo") { c.bothSides { $0.line("M124 210h38v44h-38zM122 222h42", width: "1.7") } }
  }

  @Sendable private static func drawSkirt(_ c: inout Canvas) {
    let hem = c.has("mini") ? 258 : 320
    let width = c.has("mini") ? 84 : 104
    c.body("M150 84L250 84Q268 180 \(200 + width) \(hem)Q200 \(hem + 22) \(200 - width) \(hem)Q132 180 150 84Z")
    c.line("M148 102Q200 110 252 102", width: "1.8")
    for fold in c.has("pleats") ? [-3, -2, -1, 0, 1, 2, 3] : [-2, 2] {
      c.line("M\(200 + fold * 12) 108L\(200 + fold * width / 4) \(hem + 6)", width: "1.5")
    }
    if c.has("denim") {
      c.line("M200 104V\(hem + 8)", "#d9a05b", width: "1.8", dash: "5 4")
      for y in stride(from: 120, to: hem, by: 34) { c.disc(206, y, 4, "#d9a05b") }
      c.bothSides { $0.line("M156 108q2 30-16 36", "#d9a05b", width: "1.7") }
    }
    c.gleam("M152 112Q140 200 \(210 - width) \(hem)L\(226 - width) \(hem + 4)Q154 200 164 112Z", opacity: ".15")
  }
}
