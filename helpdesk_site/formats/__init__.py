"""How days and hours are shown: 20 November 2026, 14:03 (DESIGN, part 7). Other languages as Django has them."""
