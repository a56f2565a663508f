import { address } from '../state/address.ts';
import { frameText } from '../text/frame.ts';

export function Placeholder() {
  return <h1>{frameText.views[address.value.view]}</h1>;
}
