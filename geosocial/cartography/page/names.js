// A name is never cut at a hyphen; it may be cut at a dash or a space. What is longer than any name may be cut anywhere.
const unbroken = (name) => name.split(/(?<=–)/).flatMap((part, k) => [...(k ? [el('wbr', {})] : []), ...part.split(/(\S*[^\s-]-[^\s-]\S*)/).map((t, j) => (j % 2 && t.length < 40 ? el('span', { class: 'nb', text: t }) : t))]);
