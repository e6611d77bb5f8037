extension Picture {
  static let computing: [String: Drawing] = [
    "laptop": Drawing(["gaming", "convertible"], drawLaptop),
    "desktop": Drawing(["mini", "server"], drawDesktop),
    "monitor": Drawing(["curved"], drawMonitor),
    "keyboard": Drawing(["compact"], drawKeyboard),
    "mouse": Drawing([]) { c in
      c.ground(200, 330, 100)
      c.body("M120 190Q122 76 200 74Q278 76 280 190V232Q276 330 200 330Q124 330 120 232Z")
      c.line("M121 188Q200 206 279 188M200 76V192", width: "1.8")
      c.box(191, 112, 18, 46, round: 9, "#2b2e34")
      c.box(196, 120, 8, 28, round: 4, "#80868f")
      c.gleam("M134 196Q132 108 184 88Q150 120 150 200Z", opacity: ".3")
    },
    "printer": Drawing(["laser", "label"], drawPrinter),
    "toner": Drawing(["ink"], drawToner),
    "drive": Drawing(["ssd", "stick", "card"], drawDrive),
    "router": Drawing(["mesh", "switch"], drawRouter),
    "dock": Drawing([]) { c in
      c.ground(200, 276, 150)
      c.body("M60 168Q60 152 78 152H322Q340 152 340 168V248Q340 264 322 264H78Q60 264 60 248Z", fill: Canvas.metal)
      for (x, width) in [(84, 40), (138, 40), (192, 30), (236, 46)] { c.box(x, 196, width, 22, round: 5, "#22252a") }
      c.disc(312, 207, 9, "#22252a")
      c.gleam("M66 160H330V180H66Z")
      c.line("M60 208Q10 210 22 290", "#3a3d43", width: "8")
    },
    "webcam": Drawing([]) { c in
      c.ground(200, 338, 80)
      c.body("M172 236H228L244 330H156Z", fill: Canvas.graphite)
      c.body("M78 150Q78 112 116 112H284Q322 112 322 150V206Q322 244 284 244H116Q78 244 78 206Z", fill: Canvas.graphite)
      c.disc(200, 178, 50, "#0d0e11")
      c.disc(200, 178, 34, "#1f3b73")
      c.disc(200, 178, 16, "#07080a")
      c.disc(188, 164, 8, "#9db7e6")
      c.disc(284, 178, 6, c.tint.css)
    },
    "paper": Drawing([]) { c in
      c.ground(200, 322, 150)
      c.body("M72 150L250 118L332 160V290L150 322L72 280Z", fill: "#f7f6f2")
      c.part("M72 150L250 118L332 160L150 194Z", "#fff")
      c.body("M72 176L150 220V298L72 256Z")
      c.body("M150 220L332 186V264L150 298Z")
      c.line("M176 246l120-22M176 264l80-15", "#fff", width: "7")
    },
    "projector": Drawing([]) { c in
      c.ground(200, 290, 150)
      c.body("M56 170Q58 140 88 140H312Q342 140 344 170V262Q342 280 320 280H80Q58 280 56 262Z")
      c.disc(138, 212, 50, "#2b2e34")
      c.disc(138, 212, 36, "#0d0e11")
      c.disc(138, 212, 22, "#2a4f92")
      c.disc(128, 200, 8, "#b9cdf2")
      for y in stride(from: 176, to: 262, by: 14) { c.line("M232 \(y)H316", width: "4") }
    },
  ]

  private static func wallpaper(_ c: inout Canvas, _ x: Int, _ y: Int, _ width: Int, _ height: Int) {
    c.box(x, y, width, height, round: 3, Canvas.screen)
    let right = x + width
    let bottom = y + height
    c.part(
      "M\(x) \(bottom)V\(y + height * 7 / 10)Q\(x + width / 4) \(y + height / 2) \(x + width / 2) \(y + height * 3 / 4)T\(right) \(y + height * 6 / 10)V\(bottom)Z",
      "#1a2548", opacity: ".55")
    c.disc(x + width * 7 / 10, y + height * 4 / 10, height / 8, "#ffe2b0")
    c.gleam("M\(x) \(y)H\(x + width * 5 / 10)L\(x + width / 5) \(bottom)H\(x)Z", opacity: ".09")
  }

  @Sendable private static func drawLaptop(_ c: inout Canvas) {
    c.ground(200, 304, 180)
    c.body("M80 106Q80 94 92 94H308Q320 94 320 106V266H80Z", fill: Canvas.graphite)
    wallpaper(&c, 90, 104, 220, 150)
    c.body("M80 266H320L362 296Q362 304 350 304H50Q38 304 38 296Z")
    c.part("M94 271H306L320 284H80Z", c.has("gaming") ? "#17191d" : c.shade, opacity: ".85")
    if c.has("gaming") {
      c.line("M96 275H304M90 280H310", "#ff4d8d", width: "1.5", dash: "9 4")
      c.line("M44 302H356", "#35e0d0", width: "3")
    } else {
      c.line("M96 275H304M90 280H310", c.highlight, width: "1.3", dash: "8 4")
    }
    c.part("M168 287H232L238 296H162Z", c.highlight, opacity: ".7")
    if c.has("convertible") {
      c.line("M300 236L348 148", "#3a3d43", width: "7"); c.line("M300 236L306 226", "#eee", width: "4")
    }
  }

  @Sendable private static func drawDesktop(_ c: inout Canvas) {
    if c.has("mini") {
      c.ground(200, 304, 130)
      c.body("M92 176Q92 160 108 160H292Q308 160 308 176V282Q308 298 292 298H108Q92 298 92 282Z")
      c.part("M96 170Q98 164 108 164H292Q302 164 304 170V184H96Z", c.highlight, opacity: ".6")
      for x in [118, 150, 182] { c.box(x, 250, 22, 12, round: 4, "#17191d") }
      c.disc(276, 256, 9, "#17191d")
      c.disc(276, 256, 3, "#67e08f")
    } else if c.has("server") {
      c.ground(200, 352, 130)
      c.body("M96 52H304V344H96Z", fill: Canvas.graphite)
      for y in stride(from: 66, to: 330, by: 46) {
        c.box(106, y, 188, 36, round: 4, "#3a3e45")
        for x in stride(from: 116, to: 220, by: 14) { c.box(x, y + 8, 9, 20, round: 2, "#15171a") }
        c.disc(254, y + 18, 4, "#57d98c")
        c.disc(270, y + 18, 4, c.tint.css)
      }
    } else {
      c.ground(206, 350, 110)
      c.body(
        "M124 52H290Q300 52 300 62V336Q300 346 290 346H124Q114 346 114 336V62Q114 52 124 52Z", fill: Canvas.graphite)
      c.box(128, 66, 112, 264, round: 5, "#0d0e11")
      for y in [122, 210, 292] {
        c.ring(184, y, 32, c.tint.css, width: "5")
        c.ring(184, y, 20, c.highlight, width: "1.5")
        c.line("M184 \(y - 26)Q196 \(y) 184 \(y + 26)M158 \(y)Q184 \(y + 12) 210 \(y)", "#5a606a", width: "3")
      }
      c.disc(270, 76, 8, c.tint.css)
      c.gleam("M128 66H196L148 330H128Z", opacity: ".1")
    }
  }

  @Sendable private static func drawMonitor(_ c: inout Canvas) {
    c.ground(200, 334, 110, 10)
    c.part("M180 262H220L228 316H172Z", "#9aa0a8")
    c.body("M128 318Q200 302 272 318L278 330H122Z", fill: Canvas.metal)
    if c.has("curved") {
      c.body("M34 90Q200 110 366 90V266Q200 250 34 266Z", fill: Canvas.graphite)
      c.part("M44 102Q200 120 356 102V254Q200 240 44 254Z", Canvas.screen)
      c.part("M44 220Q120 170 200 208T356 190V254Q200 240 44 254Z", "#1a2548", opacity: ".55")
    } else {
      c.body("M48 84Q48 74 58 74H342Q352 74 352 84V258Q352 268 342 268H58Q48 268 48 258Z", fill: Canvas.graphite)
      wallpaper(&c, 58, 84, 284, 166)
    }
    c.disc(334, 259, 3, c.tint.css)
  }

  @Sendable private static func drawKeyboard(_ c: inout Canvas) {
    c.ground(200, 274, 180)
    let left = c.has("compact") ? 70 : 30
    let columns = c.has("compact") ? 11 : 14
    c.body(
      "M\(left) 146Q\(left) 132 \(left + 14) 132H\(386 - left)Q\(400 - left) 132 \(400 - left) 146V252Q\(400 - left) 266 \(386 - left) 266H\(left + 14)Q\(left) 266 \(left) 252Z"
    )
    let cap = c.tint.luma > 150 ? "#fff" : c.highlight
    for row in 0..<4 {
      for column in 0..<columns {
        c.box(left + 14 + column * 23, 146 + row * 23, 19, 19, round: 4, row == 1 && column == 0 ? "#e98a6b" : cap)
      }
    }
    c.box(left + 14, 238, 42, 19, round: 4, cap)
    c.box(left + 60, 238, 260 - 2 * left, 19, round: 4, cap)
    c.box(324 - left, 238, 62, 19, round: 4, cap)
  }

  @Sendable private static func drawPrinter(_ c: inout Canvas) {
    c.ground(200, 330, 160)
    if c.has("label") {
      c.body("M104 176Q106 120 150 118H250Q294 120 296 176V302Q294 324 272 324H128Q106 324 104 302Z")
      c.box(140, 246, 120, 10, round: 3, "#15171a")
      c.part("M148 250H252V318H148Z", "#fff")
      c.line(
        "M162 266v38M170 266v38M182 266v38M188 266v38M200 266v38M212 266v38M220 266v38M234 266v38", "#22252a",
        width: "4")
      return
    }
    c.part("M124 70H276V150H124Z", "#fff")
    c.line("M144 92H256M144 108H256M144 124H220", "#c9ced4", width: "4")
    c.body("M64 160Q64 136 90 136H310Q336 136 336 160V292Q336 316 312 316H88Q64 316 64 292Z")
    c.part("M64 160Q64 136 90 136H310Q336 136 336 160V178H64Z", c.highlight, opacity: ".6")
    c.box(98, 214, 204, 16, round: 5, "#15171a")
    c.part("M112 222H288L300 286H100Z", "#fff")
    c.line("M132 244H268M128 260H240", c.has("laser") ? "#9aa0a8" : "#e98a6b", width: "4")
    c.box(252, 150, 60, 30, round: 5, "#22252a")
    c.box(258, 155, 30, 20, round: 2, "#7fb4e8")
    c.disc(302, 165, 4, "#57d98c")
    if c.has("laser") { c.line("M64 292H336", width: "2") }
  }

  @Sendable private static func drawToner(_ c: inout Canvas) {
    c.ground(200, 300, 160)
    if c.has("ink") {
      for (index, colour) in ["#2aa7d8", "#d8338a", "#f2c230", "#26282b"].enumerated() {
        let x = 62 + index * 72
        c.body("M\(x) 136H\(x + 60)V286Q\(x + 60) 294 \(x + 52) 294H\(x + 8)Q\(x) 294 \(x) 286Z", fill: Canvas.graphite)
        c.box(x + 8, 172, 44, 96, round: 4, colour)
        c.box(x + 18, 120, 24, 20, round: 3, "#3a3e45")
        c.gleam("M\(x + 8) 172h14v96h-14z")
      }
    } else {
      c.body("M46 190Q46 168 70 168H330Q354 168 354 190V262Q354 286 330 286H70Q46 286 46 262Z", fill: Canvas.graphite)
      c.body("M62 152Q200 132 338 152V196H62Z", fill: Canvas.graphite)
      c.box(92, 206, 216, 54, round: 6, c.tint.css)
      c.box(108, 222, 90, 8, round: 4, "#fff")
      c.box(108, 238, 60, 6, round: 3, "#fff")
      c.line("M76 272H324", "#6c727b", width: "8")
      c.disc(40, 226, 18, "#3a3e45")
      c.disc(360, 226, 18, "#3a3e45")
    }
  }

  @Sendable private static func drawDrive(_ c: inout Canvas) {
    c.ground(200, 318, 110)
    if c.has("stick") {
      c.body("M156 76H244V146H156Z", fill: Canvas.metal)
      c.box(172, 92, 20, 16, round: 2, "#4b5058")
      c.box(208, 92, 20, 16, round: 2, "#4b5058")
      c.body("M140 146H260V300Q260 322 238 322H162Q140 322 140 300Z")
      c.ring(200, 294, 10, c.contrast, width: "4")
    } else if c.has("card") {
      c.body("M118 84H252L286 122V304Q286 318 272 318H132Q118 318 118 304Z")
      for x in stride(from: 136, to: 246, by: 20) { c.box(x, 96, 12, 38, round: 2, "#e3c27a") }
      c.box(134, 160, 136, 110, round: 6, c.highlight)
      c.line("M148 190H256M148 212H220", c.edge, width: "7")
    } else {
      c.body("M104 90Q104 74 120 74H280Q296 74 296 90V300Q296 316 280 316H120Q104 316 104 300Z")
      c.box(126, 104, 148, 96, round: 7, c.shade)
      c.line("M142 136H240M142 156H212", c.contrast, width: "6")
      if c.has("ssd") {
        c.box(126, 262, 70, 12, round: 5, c.contrast)
      } else {
        c.ring(200, 256, 34, c.contrast, width: "3")
      }
      c.gleam("M104 90Q104 74 120 74H200L120 316Q104 316 104 300Z", opacity: ".12")
    }
  }

  @Sendable private static func drawRouter(_ c: inout Canvas) {
    if c.has("mesh") {
      c.ground(200, 330, 100)
      c.body("M122 132Q126 84 200 84Q274 84 278 132L290 288Q288 326 200 328Q112 326 110 288Z")
      c.oval(200, 118, 66, 26, c.highlight)
      c.disc(200, 280, 6, "#57d98c")
      return
    }
    c.ground(200, 306, 160)
    if !c.has("switch") {
      for x in [92, 166, 234, 308] { c.line("M\(x) 206L\(x + (x - 200) / 8) 90", "#2b2e34", width: "11") }
    }
    c.body("M50 214Q52 194 76 194H324Q348 194 350 214V278Q348 298 324 298H76Q52 298 50 278Z")
    if c.has("switch") {
      for x in stride(from: 76, to: 320, by: 32) {
        c.box(x, 232, 24, 24, round: 3, "#0d0e11"); c.disc(x + 12, 218, 3, "#57d98c")
      }
    } else {
      for x in stride(from: 150, to: 260, by: 20) { c.disc(x, 262, 4, "#57d98c") }
      c.gleam("M58 202H342V222H58Z", opacity: ".25")
    }
  }
}
