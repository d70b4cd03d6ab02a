const narrow = matchMedia('(max-width: 767px)');
let phone = $state(narrow.matches);
narrow.addEventListener('change', () => (phone = narrow.matches));

/** Whether the page stands as on a phone: one sheet from below instead of a panel. */
export const screen = {
  get phone() {
    return phone;
  },
};
