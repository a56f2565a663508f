import { Name } from '../../parts/name.tsx';
import { principalText as text } from '../../text/principal.ts';
import type { SeenPrincipal } from './seen-principal.ts';

/** Who outside of Azure can act as a user-assigned identity. */
export function Credentials({ of }: { readonly of: SeenPrincipal['federatedCredentials'] }) {
  return (
    <>
      <h2>{text.credentials}</h2>
      <p class="hint">{of.length === 0 ? text.noCredentials : text.credentialsMean}</p>
      {of.length > 0 && (
        <div class="table-scroll">
          <table aria-label={text.credentials}>
            <thead>
              <tr>
                <th scope="col">{text.name}</th>
                <th scope="col">{text.issuer}</th>
                <th scope="col">{text.subject}</th>
                <th scope="col">{text.audiences}</th>
              </tr>
            </thead>
            <tbody>
              {of.map((credential) => (
                <tr key={credential.name}>
                  <td data-title={text.name}>
                    <Name>{credential.name}</Name>
                  </td>
                  <td data-title={text.issuer}>
                    <Name>{credential.issuer}</Name>
                  </td>
                  <td data-title={text.subject}>
                    <Name>{credential.subject}</Name>
                  </td>
                  <td data-title={text.audiences}>
                    <Name>{credential.audiences.join(', ')}</Name>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}
