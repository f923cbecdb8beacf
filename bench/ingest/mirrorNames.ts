/** Names of the mirrors of the emulated storage, which both its volumes and the claims go by. */
export const sourceOf = (number: number): string => `svm_prod:data_${number}`;
export const destinationOf = (number: number): string => `svm_lab:trident_pvc_${number}`;
