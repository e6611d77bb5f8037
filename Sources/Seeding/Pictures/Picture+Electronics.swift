extension Picture {
  static let electronics: [String: Drawing] = [
    "phone": Drawing(["fold", "rugged"], drawPhone),
    "tablet": Drawing(["pen", "reader"], drawTablet),
    "headphones": Drawing(["wired", "gaming"], drawHeadphones),
    "earbuds": Drawing([], drawEarbuds),
    "speaker": Drawing(["tower", "smart", "party"], drawSpeaker),
    "soundbar": Drawing([]) { c in
      c.ground(200, 262, 180)
      c.body("M26 190Q26 176 40 176H360Q374 176 374 190V240Q374 254 360 254H40Q26 254 26 240Z", fill: Canvas.graphite)
      for x in stride(from: 42, to: 362, by: 8) { c.line("M\(x) 188V242", "#5a606a", width: "2") }
      c.box(180, 206, 40, 18, round: 4, "#15171a")
      c.disc(200, 215, 4, c.tint.css)
    },
    "television": Drawing([], drawTelevision),
    "camera": Drawing(["action", "instant", "security"], drawCamera),
    "lens": Drawing([]) { c in
      c.ground(200, 344, 100)
      c.body("M112 96Q112 76 200 74Q288 76 288 96L278 316Q276 338 200 340Q124 338 122 316Z", fill: Canvas.graphite)
      c.oval(200, 98, 84, 24, "#0d0e11")
      c.oval(200, 100, 60, 16, "#2a4f92")
      c.oval(186, 96, 18, 5, "#b9cdf2")
      c.line(
        "M118 160Q200 182 282 160M119 176Q200 198 281 176M120 192Q200 214 280 192M121 208Q200 230 279 208", "#5a606a",
        width: "5")
      c.line("M124 270Q200 290 276 270", c.tint.css, width: "5")
    },
    "console": Drawing(["handheld"], drawConsole),
    "gamepad": Drawing([], drawGamepad),
    "charger": Drawing(["cable", "bank", "pad"], drawCharger),
    "microphone": Drawing([]) { c in
      c.ground(200, 350, 90)
      c.body("M138 344Q200 326 262 344L266 354H134Z", fill: Canvas.graphite)
      c.line("M200 280V340M136 190Q138 282 200 284Q262 282 264 190", "#3a3e45", width: "9")
      c.body("M152 118Q154 60 200 58Q246 60 248 118V206Q244 256 200 256Q156 256 152 206Z")
      c.part("M152 118Q154 60 200 58Q246 60 248 118V160H152Z", "#9aa0a8")
      c.line(
        "M160 92H240M154 108H246M152 124H248M152 140H248M176 62V160M200 58V160M224 62V160", "#6c727b", width: "1.6")
      c.disc(200, 200, 9, c.contrast)
    },
    "drone": Drawing([]) { c in
      c.ground(200, 320, 130)
      c.line("M200 200L84 130M200 200L316 130M200 210L100 268M200 210L300 268", "#6c727b", width: "13")
      for (x, y) in [(84, 124), (316, 124), (100, 264), (300, 264)] {
        c.oval(x, y, 64, 12, "#aab0b8")
        c.disc(x, y, 9, "#24272c")
      }
      c.body("M138 196Q142 158 200 156Q258 158 262 196Q258 242 200 244Q142 242 138 196Z")
      c.disc(200, 220, 20, "#15171a")
      c.disc(200, 220, 11, "#2a4f92")
      c.gleam("M150 190Q160 166 200 164Q170 178 162 208Z", opacity: ".35")
    },
    "turntable": Drawing([]) { c in
      c.ground(200, 326, 160)
      c.body("M54 96Q54 82 68 82H332Q346 82 346 96V302Q346 318 330 318H70Q54 318 54 302Z")
      c.disc(180, 200, 98, "#15171a")
      for radius in [88, 76, 64, 52] { c.ring(180, 200, radius, "#33373d", width: "1.5") }
      c.disc(180, 200, 32, "#e98a6b")
      c.disc(180, 200, 5, "#f4f4f0")
      c.line("M312 114V210L246 262", "#d4d8dd", width: "7")
      c.disc(312, 114, 17, "#9aa0a8")
      c.disc(310, 292, 12, "#9aa0a8")
    },
  ]

  @Sendable private static func drawPhone(_ c: inout Canvas) {
    c.ground(208, 356, 110, 10)
    c.placed("translate(60 0)") {
      $0.body("M140 62Q140 40 162 40H258Q280 40 280 62V330Q280 352 258 352H162Q140 352 140 330Z")
      $0.part(
        "M150 62Q150 50 162 50H206Q216 50 216 60V118Q216 130 204 130H162Q150 130 150 118Z", $0.highlight, opacity: ".7")
      for (x, y) in [(168, 72), (168, 106), (198, 89)] {
        $0.disc(x, y, 14, "#15171a"); $0.disc(x, y, 7, "#2a4f92"); $0.disc(x - 3, y - 3, 2, "#dfe8fa")
      }
      $0.gleam("M140 180L280 90V150L140 260Z", opacity: ".12")
    }
    c.placed("translate(-50 8)") {
      $0.body("M140 62Q140 40 162 40H258Q280 40 280 62V330Q280 352 258 352H162Q140 352 140 330Z", fill: Canvas.graphite)
      $0.box(147, 47, 126, 298, round: 17, Canvas.screen)
      $0.part("M147 270Q180 220 214 250T273 236V330Q272 345 256 345H164Q148 345 147 330Z", "#1a2548", opacity: ".5")
      $0.box(190, 56, 40, 11, round: 5, "#0d0e11")
      $0.line("M186 100H234", "#fff", width: "9")
      $0.line("M192 120H228", "#fff", width: "4")
      if $0.has("rugged") { $0.line("M140 80V130M280 80V130M140 270V320M280 270V320", $0.tint.css, width: "9") }
    }
    if c.has("fold") { c.line("M150 48V354", "#0d0e11", width: "3") }
  }

  @Sendable private static func drawTablet(_ c: inout Canvas) {
    c.ground(200, 330, 150)
    if c.has("reader") {
      c.body("M104 62Q104 44 122 44H278Q296 44 296 62V322Q296 340 278 340H122Q104 340 104 322Z", fill: Canvas.graphite)
      c.box(122, 62, 156, 236, round: 3, "#efece2")
      for y in stride(from: 108, to: 286, by: 15) {
        c.line("M138 \(y)H\(y % 4 == 0 ? 246 : 262)", "#8a8778", width: "4")
      }
      c.line("M138 84H214", "#55534a", width: "8")
      c.disc(200, 319, 8, "#3a3e45")
    } else {
      c.body("M50 100Q50 80 70 80H330Q350 80 350 100V300Q350 320 330 320H70Q50 320 50 300Z", fill: Canvas.graphite)
      wallpaperTablet(&c)
      c.line("M50 150V220", c.tint.css, width: "5")
      if c.has("pen") {
        c.line("M300 344L372 190", "#f4f4f0", width: "10"); c.line("M300 344L304 335", "#6c727b", width: "8")
      }
    }
  }

  private static func wallpaperTablet(_ c: inout Canvas) {
    c.box(62, 92, 276, 216, round: 8, Canvas.screen)
    c.part("M62 250Q130 180 200 230T338 200V300Q338 308 330 308H70Q62 308 62 300Z", "#1a2548", opacity: ".5")
    for (index, colour) in ["#fff", "#ffe2b0", "#bfe3d0", "#f4b6c2", "#bcd0f5"].enumerated() {
      c.box(104 + index * 40, 268, 28, 28, round: 8, colour)
    }
    c.gleam("M62 92H210L110 308H62Z", opacity: ".1")
  }

  @Sendable private static func drawHeadphones(_ c: inout Canvas) {
    c.ground(200, 346, 120)
    c.line("M92 238Q84 74 200 70Q316 74 308 238", c.shade, width: "22")
    c.line("M96 236Q90 80 200 76Q310 80 304 236", c.tint.css, width: "15")
    c.line("M126 120Q156 84 200 84Q244 84 274 120", c.highlight, width: "5")
    c.bothSides {
      $0.part("M112 206Q142 206 144 270Q142 334 112 334Z", "#26282b")
      $0.body("M112 204Q70 206 68 270Q70 334 112 336Q124 270 112 204Z")
      $0.gleam("M106 214Q82 222 80 268Q84 230 108 224Z", opacity: ".4")
    }
    if c.has("gaming") {
      c.line("M84 318Q90 372 168 362", "#26282b", width: "8")
      c.box(160, 352, 40, 18, round: 9, "#26282b")
      c.bothSides { $0.ring(92, 270, 16, "#35e0d0", width: "4") }
    }
    if c.has("wired") { c.line("M92 334Q92 380 150 372T220 390", "#26282b", width: "4") }
  }

  @Sendable private static func drawEarbuds(_ c: inout Canvas) {
    c.ground(200, 344, 120)
    c.body("M104 236Q104 208 134 208H266Q296 208 296 236V300Q296 340 256 340H144Q104 340 104 300Z")
    c.line("M104 250H296", width: "2")
    c.disc(200, 276, 5, "#57d98c")
    c.bothSides {
      $0.body("M138 96Q168 78 182 106Q188 134 162 142L160 186Q150 196 140 186L138 142Q116 124 138 96Z")
      $0.oval(136, 116, 12, 18, "#33373d")
      $0.gleam("M158 98Q174 98 174 116Q166 104 152 104Z", opacity: ".5")
    }
  }

  @Sendable private static func drawSpeaker(_ c: inout Canvas) {
    if c.has("smart") {
      c.ground(200, 328, 110)
      c.body("M92 190Q96 100 200 96Q304 100 308 190V240Q300 324 200 326Q100 324 92 240Z")
      c.line("M92 210H308", "#7fb4e8", width: "5")
      for y in stride(from: 224, to: 312, by: 12) {
        c.line("M\(100 + (y - 224) / 3) \(y)H\(300 - (y - 224) / 3)", width: "1.6", dash: "2 6")
      }
      c.gleam("M110 180Q118 116 190 108Q136 128 130 196Z", opacity: ".3")
    } else if c.has("tower") || c.has("party") {
      c.ground(200, 356, 100)
      c.body(
        "M124 44H276Q286 44 286 54V342Q286 352 276 352H124Q114 352 114 342V54Q114 44 124 44Z",
        fill: c.has("party") ? Canvas.graphite : Canvas.body)
      for (y, radius) in [(98, 30), (184, 50), (288, 50)] {
        c.disc(200, y, radius, "#1b1e23")
        c.ring(200, y, radius, c.has("party") ? c.tint.css : "#8b9199", width: "4")
        c.disc(200, y, radius * 2 / 3, "#3a3e45")
        c.disc(200, y, radius / 4, "#6c727b")
      }
    } else {
      c.ground(200, 300, 160)
      c.line("M120 160Q120 112 200 110Q280 112 280 160", c.shade, width: "10")
      c.body("M46 228Q46 158 106 158H294Q354 158 354 228Q354 298 294 298H106Q46 298 46 228Z")
      c.bothSides {
        $0.disc(108, 228, 44, "#1b1e23"); $0.disc(108, 228, 30, "#3a3e45"); $0.disc(108, 228, 10, "#6c727b")
      }
      c.box(172, 206, 56, 44, round: 8, c.shade)
      c.line("M184 228h10M206 228h10", c.contrast, width: "4")
      c.gleam("M70 186Q84 168 110 168H290Q200 176 70 186Z", opacity: ".4")
    }
  }

  @Sendable private static func drawTelevision(_ c: inout Canvas) {
    c.ground(200, 330, 150, 10)
    c.bothSides { $0.line("M96 290L76 324", "#3a3e45", width: "9") }
    c.body("M26 82Q26 74 34 74H366Q374 74 374 82V284Q374 292 366 292H34Q26 292 26 284Z", fill: Canvas.graphite)
    c.box(32, 80, 336, 204, round: 2, Canvas.screen)
    c.disc(262, 150, 34, "#ffe2b0")
    c.part("M32 284V236Q84 176 140 220T248 206T368 190V284Z", "#43306b", opacity: ".75")
    c.part("M32 284V258Q110 214 190 252T368 232V284Z", "#1a2548", opacity: ".9")
    c.gleam("M32 80H190L80 284H32Z", opacity: ".08")
    c.disc(200, 288, 2, c.tint.css)
  }

  @Sendable private static func drawCamera(_ c: inout Canvas) {
    if c.has("security") {
      c.ground(200, 350, 90)
      c.line("M200 260V330", "#9aa0a8", width: "18")
      c.body("M142 336H258V350H142Z", fill: Canvas.metal)
      c.body("M84 170Q86 92 200 90Q314 92 316 170Q314 262 200 264Q86 262 84 170Z")
      c.disc(200, 178, 62, "#15171a")
    } else {
      c.ground(200, 316, 160)
      let grip =
        c.has("instant")
        ? "M66 96Q70 80 90 80H310Q330 80 334 96V306H66Z"
        : "M50 138Q50 118 70 118H132L152 88H248L268 118H330Q350 118 350 138V290Q350 310 330 310H70Q50 310 50 290Z"
      c.body(grip)
      if !c.has("instant") && !c.has("action") { c.part("M50 158H350V270H50Z", "#22252a", opacity: ".9") }
      c.box(76, 106, 40, 15, round: 5, "#9aa0a8")
      c.disc(200, 214, 84, "#24272c")
      c.disc(200, 214, 76, "#4b5058")
      c.disc(200, 214, 62, "#15171a")
    }
    let y = c.has("security") ? 178 : 214
    c.disc(200, y, 46, "#1f3b73")
    c.disc(200, y, 28, "#0d0e11")
    c.disc(184, y - 20, 12, "#b9cdf2")
    c.disc(216, y + 16, 6, "#7a5aa6")
    if c.has("instant") {
      c.box(112, 290, 176, 8, round: 3, "#15171a")
      c.part("M124 296H276V376H124Z", "#fff")
      c.box(138, 308, 124, 50, round: 2, Canvas.screen)
      c.box(262, 94, 48, 32, round: 6, "#fbf3d8")
    } else if !c.has("security") {
      c.disc(310, 140, 7, c.has("action") ? "#e0433c" : c.tint.css)
    }
  }

  @Sendable private static func drawConsole(_ c: inout Canvas) {
    if c.has("handheld") {
      c.ground(200, 296, 180)
      c.body("M76 124H324Q380 124 380 204Q380 284 324 284H76Q20 284 20 204Q20 124 76 124Z")
      c.box(96, 134, 208, 140, round: 8, "#0d0e11")
      c.box(104, 142, 192, 124, round: 4, Canvas.screen)
      c.disc(58, 176, 20, "#26282b")
      c.disc(342, 234, 20, "#26282b")
      for (x, y) in [(342, 154), (342, 190), (324, 172), (360, 172), (58, 216), (58, 250), (41, 233), (75, 233)] {
        c.disc(x, y, 7, "#26282b")
      }
    } else {
      c.ground(190, 350, 110)
      c.body("M140 48Q150 44 168 48V344Q150 350 140 344Z", fill: "#f4f5f6")
      c.body("M168 56H226V338H168Z", fill: Canvas.graphite)
      c.body("M226 48Q246 44 256 48V344Q246 350 226 344Z", fill: "#f4f5f6")
      c.line("M168 60V334M226 60V334", c.tint.css, width: "3")
      c.box(190, 250, 10, 50, round: 3, "#0d0e11")
    }
  }

  @Sendable private static func drawGamepad(_ c: inout Canvas) {
    c.ground(200, 322, 150)
    c.body(
      "M104 118Q150 102 200 118Q250 102 296 118Q350 140 362 268Q364 320 330 318Q302 312 278 256H122Q98 312 70 318Q36 320 38 268Q50 140 104 118Z"
    )
    c.part("M158 118H242L230 176H170Z", "#26282b", opacity: ".8")
    c.part("M98 158h18v18h18v18h-18v18h-18v-18h-18v-18h18z", "#26282b")
    for (x, y, colour) in [(294, 158, "#57d98c"), (294, 206, "#6ea8f5"), (270, 182, "#f08bb4"), (318, 182, "#f06a5c")] {
      c.disc(x, y, 11, "#26282b"); c.ring(x, y, 6, colour, width: "2.4")
    }
    c.bothSides {
      $0.disc(156, 232, 25, "#1b1e23"); $0.disc(156, 230, 17, "#4b5058")
    }
    c.gleam("M70 190Q84 134 130 124Q92 150 86 200Z", opacity: ".3")
  }

  @Sendable private static func drawCharger(_ c: inout Canvas) {
    if c.has("cable") {
      c.line("M110 316Q60 240 150 200T250 150Q330 110 290 70", c.shade, width: "13")
      c.line("M110 316Q60 240 150 200T250 150Q330 110 290 70", c.tint.css, width: "9")
      c.placed("rotate(-38 286 66)") {
        $0.body("M268 40H304V82H268Z"); $0.box(274, 16, 24, 26, round: 6, "#c7ccd2")
      }
      c.placed("rotate(28 116 322)") {
        $0.body("M98 306H134V346H98Z"); $0.box(104, 344, 24, 26, round: 6, "#c7ccd2")
      }
    } else if c.has("bank") {
      c.ground(200, 338, 90)
      c.body("M122 86Q122 62 146 62H254Q278 62 278 86V308Q278 332 254 332H146Q122 332 122 308Z")
      for (index, on) in [true, true, true, false].enumerated() {
        c.disc(170 + index * 20, 296, 5, on ? "#57d98c" : "#6c727b")
      }
      c.box(160, 68, 34, 12, round: 6, "#15171a")
      c.box(208, 68, 34, 12, round: 3, "#15171a")
      c.gleam("M122 86Q122 62 146 62H190L140 332Q122 330 122 308Z", opacity: ".2")
    } else if c.has("pad") {
      c.ground(200, 300, 140)
      c.oval(200, 258, 134, 46, c.shade)
      c.oval(200, 246, 134, 46, Canvas.body)
      c.oval(200, 246, 88, 28, c.highlight)
      c.part("M206 218l-24 32h18l-8 24l26-34h-18z", c.edge)
    } else {
      c.ground(200, 340, 90)
      c.line("M164 96V60M236 96V60M200 90V50", "#9aa0a8", width: "15")
      c.body("M118 112Q118 90 140 90H260Q282 90 282 112V304Q282 330 256 330H144Q118 330 118 304Z")
      c.box(170, 254, 60, 18, round: 9, "#15171a")
      c.box(170, 288, 60, 16, round: 3, "#15171a")
      c.part("M210 130l-34 50h24l-10 36l38-52h-24z", c.edge)
    }
  }
}
