// The passwords of the account, in their order.
export const passwords = {
  first: 'жоўты чайнік крочыць',
  second: 'seven storks over Minsk',
  third: 'und noch ein langer Satz',
  fourth: 'яшчэ адзін добры сказ',
  fifth: 'пять сонных ежей у забора',
  sixth: 'last but one on the list',
} as const
